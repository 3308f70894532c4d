"""The decision and its SQL twin agree on generated worlds, and a page opens only to whom it says — e.g. never to a conflicted officer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.core import access as core
from millrace.core.refusal import Refusal
from millrace.registers.cases import actions as cases
from millrace.registers.cases import queries
from millrace.registers.cases.models import Case
from millrace.registers.documents.models import Reading
from millrace.registers.people import queries as people
from millrace.registers.people import wire
from millrace.registers.people.models import Person
from millrace.web import access

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
AT = NOON + timedelta(days=30)
ACTIONS = sorted({action for actions in core.MAY.values() for action in actions})
EARLIER, LATER = NOON, AT + timedelta(days=1)
span = st.sampled_from([(EARLIER, None), (EARLIER, AT), (EARLIER, LATER), (AT, None), (LATER, None)])
world = st.fixed_dictionaries(
    {
        "powers": st.lists(
            st.tuples(st.sampled_from(["officer", "authority", "finance", "auditor", "assessor", "administrator"]), span), max_size=2
        ),
        "memberships": st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["member", "signatory", "administrator"]), span), max_size=3),
        "parties": st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from(["partner", "sponsor"]), span), max_size=3),
        "standings": st.lists(
            st.tuples(st.integers(0, 1), st.sampled_from(["assessor", "committee", "officer", "conflicted"]), span), max_size=3
        ),
        "statuses": st.tuples(*[st.sampled_from(["draft", "awaiting_sign_off", "submitted", "closed"])] * 2),
        "action": st.sampled_from(ACTIONS),
    }
)


def build(make: Any, made: dict[str, Any]) -> tuple[Any, list[Any]]:
    """The rows of a generated world: one person, two cases led by two organisations."""
    person, by = make.person(), make.person()
    organisations = [make.organisation(), make.organisation()]
    all_cases = [make.case(lead=organisations[i], status=made["statuses"][i]) for i in (0, 1)]
    for power, (starts, ends) in dict(made["powers"]).items():
        person.powers.create(power=power, starts_at=starts, ends_at=ends, granted_by=by)
    for (i, power), (starts, ends) in {m[:2]: m[2] for m in made["memberships"]}.items():
        person.memberships.create(organisation=organisations[i], power=power, starts_at=starts, ends_at=ends, granted_by=by)
    for (i, j, role), (starts, ends) in {p[:3]: p[3] for p in made["parties"]}.items():
        all_cases[i].parties.create(organisation=organisations[j], role=role, joined_at=starts, left_at=ends)
    for (i, relation), (starts, ends) in {s[:2]: s[2] for s in made["standings"]}.items():
        all_cases[i].standings.create(person=person, relation=relation, starts_at=starts, ends_at=ends, granted_by=by)
    return person, all_cases


def test_the_list_shows_exactly_what_the_decision_allows(make: Any) -> None:
    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(world)
    def holds(made: dict[str, Any]) -> None:
        with transaction.atomic():
            person, all_cases = build(make, made)
            actor = access.actor_of(person, AT)
            decided = {case.pk for case in all_cases if access.may(actor, person, made["action"], case, AT).allowed}
            listed = set(access.cases_visible_to(person, AT, made["action"]).values_list("pk", flat=True))
            submitted = set(Case.objects.filter(access.visible_submitted(actor, AT, made["action"])).values_list("pk", flat=True))
            for case in all_cases:
                subject = access.subject_of(person, case, AT)
                assert queries.case_for(person, case.reference, AT) == (case, subject.standings, subject.parties)
            assert (actor.powers, actor.organisations) == (people.powers_of(person, AT), people.organisations_of(person, AT))
            [found] = people.with_grants(Person.objects.filter(pk=person.pk))
            assert people.grants_read(found, AT) == (actor.powers, actor.organisations)
            in_draft = {case.pk for case in all_cases if case.status in core.DRAFT_STATUSES}
            transaction.set_rollback(True)
        assert listed == decided
        assert submitted == decided - in_draft

    holds()


def page(declared: Callable[[access.View], access.View]) -> access.View:
    """A page that answers with the case it was let into."""

    @declared
    def shown(request: HttpRequest, reference: str = "") -> HttpResponse:
        return HttpResponse(getattr(request, "case", None) and request.case.reference)

    return shown


def asked(person: Any, path: str = "/cases/x/") -> HttpRequest:
    """A request by a signed-in person who passed the second factor."""
    request = RequestFactory().get(path)
    request.user, request.session = person, {access.DEMONSTRATION: True}
    return request


def test_a_page_of_a_power_does_not_exist_for_others(make: Any) -> None:
    desk = page(access.entry(power="officer"))
    assert desk(asked(make.person(powers=("officer",)))).status_code == 200
    with pytest.raises(Refusal) as refused:
        desk(asked(make.person(powers=("finance",))))
    assert refused.value.status == 404


def test_a_reading_by_staff_is_noted_and_one_by_the_applicant_is_not(make: Any) -> None:
    case = make.case(status="submitted")
    shown = page(access.entry(case="read_case"))
    shown(asked(make.member(case.lead)), reference=case.reference)
    assert not Reading.objects.exists()
    officer = make.person(powers=("officer",))
    shown(asked(officer), reference=case.reference)
    assert [(row.person, row.case, row.because) for row in Reading.objects.all()] == [(officer, case, "power:officer")]


def test_a_conflict_closes_the_case_everywhere(make: Any) -> None:
    case, officer = make.case(status="submitted"), make.person(powers=("officer",))
    cases.grant_standing(officer, case, "conflicted", by=officer, at=NOON)
    with pytest.raises(Refusal):
        page(access.entry(case="read_case"))(asked(officer), reference=case.reference)
    assert not access.cases_visible_to(officer, AT).exists()
    decision, grounds = access.explain_access(officer, case, AT)
    assert decision == core.Decision(False, "conflicted")
    assert {ground.relation for ground in grounds} == {"standing:conflicted", "power:officer"}


def test_a_page_that_is_read_cannot_write(make: Any) -> None:
    case = make.case()

    @access.entry("public")
    def writes(request: HttpRequest) -> HttpResponse:
        Case.objects.filter(pk=case.pk).update(title="changed by reading")
        return HttpResponse()

    with pytest.raises(InternalError, match="read-only"):
        writes(asked(make.person()))


def test_staff_without_a_second_factor_are_led_to_set_one_up(make: Any) -> None:
    request = asked(make.person(powers=("officer",)))
    request.session = {}
    assert page(access.entry(power="officer"))(request)["Location"].endswith("/2fa/totp/activate/")


def test_a_page_that_reads_begins_read_only_and_leaves_nothing_behind(make: Any) -> None:
    state = wire.Statement("SELECT current_setting('transaction_read_only'), current_setting('transaction_isolation')")
    person = make.person()
    with access.read_only():
        assert list(wire.ask(state, (), "default")[0]) == [("on", "repeatable read")]
        with pytest.raises(InternalError, match="read-only"), transaction.atomic():
            person.save(update_fields=["name"])
    assert connection.get_autocommit()
    assert list(wire.ask(state, (), "default")[0]) == [("off", "read committed")]
