"""Gathers the facts a draft is judged on, each with its standing — e.g. cost as declared, the place of incorporation as verified.

Limits per applicant are counted from cases here, under the lock the calling action holds; nothing an applicant says is a limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from millrace.core.rules import facts as facts_
from millrace.core.rules import form, rulebook
from millrace.core.spans import Span
from millrace.registers.cases.models import Case
from millrace.registers.people import prepared
from millrace.registers.people.models import Organisation
from millrace.registers.policy import queries as policy
from millrace.registers.timeline.models import Event
from millrace.stages.apply import beneficiaries
from millrace.stages.apply.models import Submission
from millrace.stages.call.models import Call

RUNNING = ("approved", "in_force", "suspended")
ENDED_WITH_MONEY = ("closed", "terminated")
# An application that left the call no longer counts against the applicant's number in it.
LEFT = ("withdrawn",)
IN_CALL = {"applications_in_call", "granted_in_call_cents"}

_held = prepared.Prepared(
    lambda lead, scheme, without: (
        Case.objects.filter(~Q(pk=without), lead=lead, scheme=scheme, is_test=False)
        .values("lead")
        .annotate(
            open_projects=Count("pk", filter=Q(status__in=RUNNING)),
            running=Sum("approved_cents", filter=Q(status__in=RUNNING), default=0),
            # What was unspent went back to the envelope: only what was paid still counts.
            ended=Sum("paid_cents", filter=Q(status__in=ENDED_WITH_MONEY), default=0),
        )
        .values_list("open_projects", "running", "ended")
    ),
    lead=int,
    scheme=str,
    without=int,
)
_received = prepared.Prepared(
    lambda call, lead, without: Submission.objects.filter(
        ~Q(case=without), ~Q(case__status__in=LEFT), call=call, organisation=lead, case__is_test=False
    ).values_list("pk", flat=True),
    call=int,
    lead=int,
    without=int,
)


@dataclass(frozen=True)
class Applying:
    """Whose limits are counted, and for which case: the applicant, its call and stream, and the day that says the financial year;
    `beneficiary` is who benefits, as `beneficiaries.key` writes it.

    The case itself is left out of every count.
    """

    organisation: Organisation
    call: Call | None
    case: Case | None
    on: date
    stream: str = ""
    beneficiary: str = ""


def gathered(book: rulebook.SchemeVersion, answers: Mapping[str, Any], applying: Applying) -> dict[str, facts_.FactValue]:
    """This will give every fact known now: declared in the answers; what our register or our own count says outranks that."""
    declared = form.facts_from(book.form, answers, book.vocabulary.facts)
    stream = declared.get(book.stream_from)
    if stream is not None:
        applying = replace(applying, stream=str(stream.value))
    applying = replace(applying, beneficiary=beneficiaries.key(book.form, answers))
    known = _as_if_registered(book, answers) if applying.case and applying.case.is_test else registered(book, applying.organisation)
    return declared | known | computed(book, applying)


def registered(book: rulebook.SchemeVersion, organisation: Organisation) -> dict[str, facts_.FactValue]:
    """This will read what the register of organisations knows, by the version's own mapping; nothing is asked of the database."""
    record = {column: getattr(organisation, column) for column in facts_.RECORDED}
    return facts_.from_record(book.vocabulary.facts, record, is_confirmed=organisation.confirmed_at is not None)


def is_bound_by_windows(book: rulebook.SchemeVersion, organisation: Organisation) -> bool:
    """This will say whether an organisation applies only while a call is open, by what the register knows of it."""
    return book.binds_to_calls(registered(book, organisation))


def _as_if_registered(book: rulebook.SchemeVersion, answers: Mapping[str, Any]) -> dict[str, facts_.FactValue]:
    """A test has no applicant on record: what its tester chose for one when it began stands for what the register would say."""
    chosen = {name: answers[name] for name in recorded_facts(book) if name in answers}
    return facts_.read(book.vocabulary.facts, chosen, standing=facts_.Standing.VERIFIED)


def recorded_facts(book: rulebook.SchemeVersion) -> dict[str, facts_.Fact]:
    """This will give the facts its rules speak of that the register of organisations knows, such as the kind of applicant."""
    spoken = {name: book.vocabulary.facts[name] for name in book.facts_used if name in book.vocabulary.facts}
    return {name: fact for name, fact in spoken.items() if fact.recorded}


def computed(book: rulebook.SchemeVersion, applying: Applying) -> dict[str, facts_.FactValue]:
    """This will count what the version's limits speak of: open projects, money granted, applications in the call."""
    asked: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for name, counted in book.counted.items():
        stream = applying.stream if counted.stream == "same" else counted.stream
        asked.setdefault((counted.scheme or book.scheme, stream, counted.of), []).append((name, counted.measure))
    found: dict[str, facts_.FactValue] = {}
    for (scheme, stream, of), wanted in asked.items():
        if of == facts_.BENEFICIARY and not applying.beneficiary:
            continue  # nobody is named yet, so that what rests on it is not yet known
        sums = measures(scheme, stream, applying, frozenset(measure for _name, measure in wanted), of=of)
        found |= {name: facts_.FactValue(sums[measure], facts_.Standing.COMPUTED) for name, measure in wanted if measure in sums}
    return found


def measures(scheme: str, stream: str, applying: Applying, names: frozenset[str], *, of: str = facts_.APPLICANT) -> dict[str, int]:
    """This will count each named measure for one applicant, or for one beneficiary over all applicants' cases that name it, within
    a scheme and (unless "") one of its streams."""
    without = applying.case.pk if applying.case else 0
    counted: dict[str, int] = {}
    is_own = of == facts_.APPLICANT
    if is_own and not stream and names & {"open_projects", "granted_cents"}:
        # What nearly every click asks, in SQL that is made once.
        held = _held.first(lead=applying.organisation.pk, scheme=scheme, without=without) or (0, 0, 0)
        counted |= {"open_projects": held[0], "granted_cents": int(held[1] + held[2])}
        names -= {"open_projects", "granted_cents"}
    if is_own and not names - IN_CALL:
        return counted | _in_call(scheme, stream, applying, names)
    whose = {"lead": applying.organisation} if is_own else {"beneficiary": applying.beneficiary}
    own = _cases(scheme, stream, applying).filter(**whose)
    if names & {"open_projects", "projects_in_all", "completed_projects", "granted_cents"}:
        found = own.aggregate(
            open_projects=Count("pk", filter=Q(status__in=RUNNING)),
            projects_in_all=Count("pk", filter=Q(status__in=RUNNING + ENDED_WITH_MONEY)),
            completed_projects=Count("pk", filter=Q(status="closed")),
            **_money(),
        )
        counted |= {name: found[name] for name in ("open_projects", "projects_in_all", "completed_projects")}
        counted["granted_cents"] = _granted(found)
    year = policy.funder().financial_year(applying.on) if any("_in_year" in name for name in names) else None
    if "granted_in_year_cents" in names and year is not None:
        counted["granted_in_year_cents"] = _granted(own.filter(pk__in=_decided_in(year)).aggregate(**_money()))
    if "applications_in_year" in names and year is not None:
        begun = own.filter(submitted_at__gte=policy.funder().first_moment(year.start)).exclude(status__in=LEFT)
        counted["applications_in_year"] = begun.count()
    if not is_own:
        received = own.filter(pk__in=_received_in(applying).values_list("case_id", flat=True)).exclude(status__in=LEFT)
        return counted | ({"applications_in_call": received.count()} if "applications_in_call" in names else {})
    return counted | _of_all(scheme, stream, applying, names) | _in_call(scheme, stream, applying, names)


def _of_all(scheme: str, stream: str, applying: Applying, names: frozenset[str]) -> dict[str, int]:
    """Count over all applicants together, as "at most three institutes in all" is counted."""
    if not names & {"projects_of_all", "granted_to_all_cents"}:
        return {}
    found = _cases(scheme, stream, applying).aggregate(approved=Count("pk", filter=Q(status__in=RUNNING + ENDED_WITH_MONEY)), **_money())
    return {"projects_of_all": found["approved"], "granted_to_all_cents": _granted(found)}


def _cases(scheme: str, stream: str, applying: Applying) -> QuerySet[Case]:
    cases = Case.objects.filter(scheme=scheme, is_test=False, **({"stream": stream} if stream else {}))
    return cases.exclude(pk=applying.case.pk) if applying.case else cases


def _money() -> dict[str, Any]:
    return {
        "running": Sum("approved_cents", filter=Q(status__in=RUNNING), default=0),
        # What was unspent went back to the envelope: only what was paid still counts.
        "ended": Sum(F("paid_cents"), filter=Q(status__in=ENDED_WITH_MONEY), default=0),
    }


def _granted(found: Mapping[str, Any]) -> int:
    return int(found["running"] + found["ended"])


def _decided_in(year: Span[date]) -> QuerySet[Event, int]:
    decided = Event.objects.filter(kind="decision_made", happened_on__gte=year.start)
    decided = decided.filter(happened_on__lt=year.end) if year.end else decided
    return decided.values_list("case_id", flat=True)


def _in_call(scheme: str, stream: str, applying: Applying, names: frozenset[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    if applying.call is None or not names & IN_CALL:
        return counted
    received = _received_in(applying)
    if "applications_in_call" in names and not stream:
        without = applying.case.pk if applying.case else 0
        counted["applications_in_call"] = len(_received(call=applying.call.pk, lead=applying.organisation.pk, without=without))
    elif "applications_in_call" in names:
        mine = received.filter(organisation=applying.organisation).exclude(case__status__in=LEFT)
        counted["applications_in_call"] = mine.filter(case__stream=stream).count()
    if "granted_in_call_cents" in names:
        cases = _cases(scheme, stream, applying).filter(pk__in=received.values_list("case_id", flat=True))
        counted["granted_in_call_cents"] = _granted(cases.aggregate(**_money()))
    return counted


def _received_in(applying: Applying) -> QuerySet[Submission]:
    received = Submission.objects.filter(call=applying.call, case__is_test=False)
    return received.exclude(case=applying.case) if applying.case else received
