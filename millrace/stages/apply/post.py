"""Writes a case's letters from the text its scheme version approved — e.g. the receipt of a NIFS application, or its withdrawal.

The letter goes to everyone who acts for the lead applicant, in the language of the person who opened the case, whoever clicks.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils import translation

from millrace.core import paper
from millrace.core.rules import explain, rulebook
from millrace.registers.cases.models import Case
from millrace.registers.messages import actions as messages
from millrace.registers.messages.models import Letter
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.stages.apply import terms
from millrace.web import funder, words

Value = str | int | date | Sequence[str]


def language_of(case: Case) -> str:
    """This will give the language the applicant is written to in."""
    return case.opened_by.language


def applicants(case: Case, at: datetime) -> list[Person]:
    """This will give who acts for the lead applicant, each once."""
    return people.members_of(case.lead_id, at)


def clauses(book: rulebook.SchemeVersion, rules: Sequence[str], language: str) -> list[str]:
    """This will say each rule in the applicant's language, with its clause in front."""
    wanted = [book.rule(rule) for rule in rules]
    return [": ".join(filter(None, [rule.heading.said_in(language), explain.statement(rule, book, language)])) for rule in wanted]


def send(
    case: Case,
    kind: str,
    values: Mapping[str, Value],
    *,
    event_id: int,
    by: Person,
    at: datetime,
    amounts: Mapping[str, int] | None = None,
    today: date | None = None,
) -> Letter:
    """This will write the letter into the transaction; `values` are days, words, or lists of which each item gets its own line.

    `amounts` are minor units of the case's unit, `today` the funder's day of `at` where the action has it already. Every letter may
    name its reference, applicant, project, scheme and version.
    """
    held = terms.of_row(case.scheme_version)
    language, today = language_of(case), today or terms.local_day(at)
    with translation.override(language):
        common: dict[str, Value] = {
            "reference": case.reference,
            "applicant": _name(case, language),
            "project": case.title,
            "scheme": held.book.title.said_in(language),
            "version": f"{held.row.version} ({held.row.starts_on})",
        }
        written = {name: _written(value) for name, value in {**common, **values}.items()}
        written |= {name: words.amount(value, case.unit) for name, value in (amounts or {}).items()}
        return messages.send_letter(
            held.book.letters[kind],
            values=written,
            language=language,
            case=case,
            organisation=case.lead,
            to=applicants(case, at),
            sender=funder.current().name,
            scheme_version=held.row,
            event_id=event_id,
            sent_on=today,
            by=by,
            at=at,
        )


def _name(case: Case, language: str) -> str:
    """A Chinese letter uses the Chinese name where there is one."""
    return (case.lead.name_zh if language.startswith("zh") else "") or case.lead.name


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        return words.moment(value, funder.current().zone)
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, str | int):
        return str(value)
    return paper.items(*value)


def tell_applicants(case: Case, *, event_id: int, at: datetime) -> None:
    """This will put the event in the inboxes of those who act for the lead applicant."""
    messages.send_notice(applicants(case, at), event_id=event_id, case=case, at=at)
