"""Sends letters and notices in the transaction of what they tell of, and mail after it — e.g. the letter of an approval.

A letter is filled from the text approved in the policy and kept as the text that was sent, with its hash. Mail waits in a row
of its own until the worker sends it: a transaction that fails has written to no one.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import letters
from millrace.registers.cases.models import Case, Standing
from millrace.registers.messages import glyphs, pdf
from millrace.registers.messages.models import Letter, Mail, Notice
from millrace.registers.people import prepared
from millrace.registers.people.models import Organisation, Person
from millrace.registers.policy.models import SchemeVersion

MOST_TRIES = 8
INVITED_IN = ("en", "zh-hant")
OF_CASE = word("Something waits for you: %(reference)s"), word("There is news in your inbox about %(reference)s. Sign in to read it.")
OF_NO_CASE = word("Something waits for you"), word("There is news in your inbox. Sign in to read it.")


class UnsettableText(ValueError):
    """A letter with characters the font cannot set: it would lose them without a word."""


def send_letter(
    template: letters.Letter,
    *,
    values: Mapping[str, str],
    language: str,
    case: Case,
    organisation: Organisation,
    to: Iterable[Person],
    sender: str,
    scheme_version: SchemeVersion,
    event_id: int,
    sent_on: date,
    by: Person,
    at: datetime,
) -> Letter:
    """This will keep one letter to an organisation, put a notice in its people's inboxes and queue their mail.

    `values` may hold more than the letter has fields; a field without a value raises, and so does a character the paper cannot
    show. Call it inside the action's transaction, with the id the action's event will have.
    """
    _must_be_in_a_transaction()
    language = language.lower().replace("-", "_")
    filled = letters.fill(template, {name: values[name] for name in template.fields if name in values}, language=language)
    addressee = [name for name in (organisation.name, organisation.name_zh) if name]
    if lost := glyphs.missing("".join((filled.subject, filled.body, sender, *addressee))):
        raise UnsettableText(f"letter {template.kind!r} cannot be set: no shape for {lost!r}")
    letter = Letter(
        number=f"{case.reference}/{event_id}/{template.kind}",
        case=case,
        organisation=organisation,
        kind=template.kind,
        language=language,
        subject=filled.subject,
        body=filled.body,
        sha256=letters.digest(filled),
        addressee=addressee,
        sender=sender,
        values={name: values[name] for name in sorted(template.fields)},
        scheme_version=scheme_version,
        event_id=event_id,
        sent_on=sent_on,
        sent_at=at,
        sent_by=by,
    )
    prepared.insert(letter)
    to = list(to)
    _tell(to, event_id=event_id, case=case, letter=letter, at=at)
    for person in to:
        queue_mail(person, subject=filled.subject, body=filled.body, case=case, letter=letter, at=at)
    return letter


def send_notice(to: Iterable[Person], *, event_id: int, case: Case | None, at: datetime) -> None:
    """This will put the event in people's inboxes and mail each that something waits, without saying what."""
    _must_be_in_a_transaction()
    to = list(to)
    _tell(to, event_id=event_id, case=case, letter=None, at=at)
    for person in to:
        subject, body = OF_CASE if case else OF_NO_CASE
        subject, body = _in_language(person.language, subject, body, {"reference": case.reference} if case else {})
        queue_mail(person, subject=subject, body=body, case=case, at=at)


def _tell(to: Iterable[Person], *, event_id: int, case: Case | None, letter: Letter | None, at: datetime) -> None:
    """One line for each person and event: who is told twice, by letter and by notice, reads it once."""
    for person in to:
        prepared.insert(Notice(person=person, event_id=event_id, case=case, letter=letter, written_at=at), is_kept_once=True)


def queue_mail(person: Person, *, subject: str, body: str, at: datetime, case: Case | None = None, letter: Letter | None = None) -> Mail:
    """This will queue one mail; it leaves after the transaction, or never if the transaction fails."""
    row = Mail(person=person, subject=subject, body=body, case=case, letter=letter, written_at=at, due_at=at)
    prepared.insert(row)
    return row


def send_invitation(
    email: str, *, subject: str, body: str, values: Mapping[str, str], event_id: int, at: datetime, case: Case | None = None
) -> None:
    """This will mail an invitation with its secret link to an address, whether or not it is someone's here yet.

    `subject` and `body` are sentences to translate, filled with `values`. A person with that address also finds it in their
    inbox and reads it in their language; anyone else reads it in the languages of `INVITED_IN`.
    """
    _must_be_in_a_transaction()
    person = Person.objects.filter(email=email.strip().lower(), is_active=True, is_system=False).first()
    if person is not None:
        _tell([person], event_id=event_id, case=case, letter=None, at=at)
    written = [_in_language(language, subject, body, values) for language in ([person.language] if person else INVITED_IN)]
    Mail.objects.create(
        person=person,
        address="" if person else email.strip().lower(),
        is_secret=True,
        subject=" · ".join(first for first, _second in written)[:400],
        body="\n\n\n".join(second for _first, second in written),
        case=case,
        written_at=at,
        due_at=at,
    )


def _in_language(language: str, subject: str, body: str, values: Mapping[str, str]) -> tuple[str, str]:
    with translation.override(language):
        return _(subject) % values, _(body) % values


def mark_read(notices: Iterable[Notice], *, at: datetime) -> None:
    """This will note when notices were first read."""
    Notice.objects.filter(pk__in=[notice.pk for notice in notices], read_at=None).update(read_at=at)


def deliver_mail(at: datetime, *, most: int = 100) -> int:
    """This will send what is due and say how many left; each mail is its own transaction, so one failure holds up none.

    A worker killed between the sending and the mark sends that mail again, under the same Message-ID.
    """
    sent_count = 0
    for _number in range(most):
        with transaction.atomic():
            waiting = Mail.objects.filter(sent_at=None, dropped_because="", due_at__lte=at).order_by("due_at", "id")
            row = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("person", "letter").first()
            if row is None:
                return sent_count
            sent_count += _send(row, at)
    return sent_count


def _send(row: Mail, at: datetime) -> bool:
    """Try one mail and write what came of it. A conflict declared since it was written keeps it from leaving."""
    row.attempt_count += 1
    if row.case_id and Standing.objects.filter(person=row.person_id, case=row.case_id, relation="conflicted", ends_at=None).exists():
        row.dropped_because = "conflicted"
    elif not row.goes_to:
        row.dropped_because = "no-address"
    else:
        try:
            _message(row).send()
            row.sent_at = at
        except OSError:
            row.due_at = at + timedelta(minutes=2**row.attempt_count)
            row.dropped_because = "too-many-tries" if row.attempt_count >= MOST_TRIES else ""
    if row.is_secret and (row.sent_at or row.dropped_because):
        row.address = row.body = ""
    row.save(update_fields=["attempt_count", "dropped_because", "sent_at", "due_at", "address", "body"])
    return row.sent_at is not None


def _message(row: Mail) -> mail.EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    headers = {"Message-ID": f"<mail-{row.pk}-{int(row.written_at.timestamp())}@{domain}>"}
    message = mail.EmailMessage(row.subject, row.body, to=[row.goes_to], headers=headers)
    if row.letter is not None:
        message.attach(f"{row.letter.number.replace('/', '-')}.pdf", pdf.made(row.letter), "application/pdf")
    return message


def _must_be_in_a_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a letter or notice is written in its action's transaction")
