"""Proves that mail leaves after the commit, once, and not to who has since declared a conflict — e.g. a notice to Dr Yip."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import transaction

from millrace.registers.cases import actions as cases
from millrace.registers.messages import actions
from millrace.registers.messages.models import Mail, Notice
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.testing.making import NOON


def test_mail_leaves_after_the_commit_and_once(make: Any) -> None:
    person = make.person()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.queue_mail(person, subject="Never", body="", at=NOON)
        raise ZeroDivisionError
    actions.queue_mail(person, subject="Hello", body="Words", at=NOON)
    assert actions.deliver_mail(NOON - timedelta(seconds=1)) == 0
    assert actions.deliver_mail(NOON) == 1 and actions.deliver_mail(NOON) == 0
    assert [(sent.subject, sent.to) for sent in mail.outbox] == [("Hello", [person.email])]


def test_a_conflict_declared_meanwhile_keeps_mail_from_leaving(make: Any) -> None:
    person, case = make.person(), make.case(status="submitted")
    actions.queue_mail(person, subject="Hello", body="", case=case, at=NOON)
    cases.grant_standing(person, case, "conflicted", by=person, at=NOON)
    assert actions.deliver_mail(NOON) == 0 and not mail.outbox
    assert Mail.objects.get().dropped_because == "conflicted"


def test_a_server_that_is_away_is_tried_again_later(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_given: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", away)
    actions.queue_mail(make.person(), subject="Hello", body="", at=NOON)
    assert actions.deliver_mail(NOON) == 0
    monkeypatch.undo()
    assert actions.deliver_mail(NOON + timedelta(minutes=1)) == 0
    assert actions.deliver_mail(NOON + timedelta(minutes=2)) == 1


def invite(email: str, by: Person) -> None:
    """What an action does that invites an address."""
    with transaction.atomic():
        facts = {"power": "member"}
        event = timeline.record("colleague_invited", command=uuid.uuid4(), by=by, at=NOON, person=by, facts=facts)
        said: dict[str, Any] = {
            "subject": "Hello %(name)s",
            "body": "Open %(link)s",
            "values": {"name": "Harbour", "link": "https://here/secret"},
        }
        actions.send_invitation(email, event_id=event.pk, at=NOON, **said)


def test_an_invitation_reaches_an_address_nobody_has_here_and_its_secret_is_not_kept(make: Any) -> None:
    invite("Stranger@Example.org", make.person())
    assert "secret" in Mail.objects.get().body
    assert actions.deliver_mail(NOON) == 1
    assert mail.outbox[0].to == ["stranger@example.org"] and "https://here/secret" in mail.outbox[0].body
    kept = Mail.objects.get()
    assert (kept.address, kept.body, kept.sent_at) == ("", "", NOON)


def test_an_invitation_to_someone_known_is_also_a_notice(make: Any) -> None:
    known, other = make.person(), make.person()
    invite(known.email, other)
    assert Notice.objects.get().person == known
    assert actions.deliver_mail(NOON) == 1 and mail.outbox[0].to == [known.email]
