"""Gathers the facts a draft is judged on, each with its standing — e.g. cost as declared, open projects as we counted them.

Limits per applicant are counted from cases here, under the lock the calling action holds; nothing an applicant says is a limit.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, Sum

from millrace.core.rules import facts as facts_
from millrace.core.rules import form, rulebook
from millrace.registers.cases.models import Case
from millrace.registers.people import prepared
from millrace.registers.people.models import Organisation
from millrace.stages.apply.models import Submission
from millrace.stages.call.models import Call

RUNNING = ("approved", "in_force")
ENDED_WITH_MONEY = ("closed", "terminated")
# An application that left the call no longer counts against the applicant's number in it.
LEFT = ("withdrawn",)

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
        ~Q(case=without), ~Q(case__status__in=LEFT), call=call, organisation=lead
    ).values_list("pk", flat=True),
    call=int,
    lead=int,
    without=int,
)


def gathered(
    book: rulebook.SchemeVersion, *, answers: Mapping[str, Any], organisation: Organisation, call: Call | None, without: Case | None
) -> dict[str, facts_.FactValue]:
    """This will give every fact known now: declared in the answers, or counted by us, which outranks."""
    vocabulary = book.vocabulary.facts
    counted = computed(book, organisation=organisation, call=call, without=without)
    return form.facts_from(book.form, answers, vocabulary) | counted


def computed(
    book: rulebook.SchemeVersion, *, organisation: Organisation, call: Call | None, without: Case | None
) -> dict[str, facts_.FactValue]:
    """This will count what the version's limits speak of: open projects, money granted, applications in the call."""
    wanted = book.measures
    if not wanted:
        return {}
    counted = measures(book.scheme, organisation=organisation, without=without, names=frozenset(wanted.values()), call=call)
    return {name: facts_.FactValue(counted[measure], facts_.Standing.COMPUTED) for name, measure in wanted.items() if measure in counted}


def measures(scheme: str, *, organisation: Organisation, without: Case | None, names: frozenset[str], call: Call | None) -> dict[str, int]:
    """This will count each named measure for one applicant, the case itself left out; one query for its cases, one for the call."""
    counted: dict[str, int] = {}
    if names & {"open_projects", "granted_cents"}:
        open_projects, running, ended = _held.first(lead=organisation.pk, scheme=scheme, without=without.pk if without else 0) or (0, 0, 0)
        counted |= {"open_projects": open_projects, "granted_cents": int(running + ended)}
    if "applications_in_call" in names and call is not None:
        received = _received(call=call.pk, lead=organisation.pk, without=without.pk if without else 0)
        counted["applications_in_call"] = len(received)
    return counted
