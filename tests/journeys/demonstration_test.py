"""The demonstration: every state and ending, in order of time, sealed as a story, with two answers to one figure."""

import itertools
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from millrace.core import lifecycle
from millrace.jobs import demonstration
from millrace.jobs.demonstration import plan
from millrace.registers.cases.models import Case
from millrace.registers.facilities.models import Allocation, Operator
from millrace.registers.timeline.models import Event, Seal
from millrace.site import command
from millrace.stages.apply import moves
from millrace.stages.apply.models import Message
from millrace.stages.award.models import ReportDue
from millrace.stages.deliver.models import StageSettlement, StatusFile
from millrace.stages.learn import queries
from millrace.testing.policies import HONG_KONG, files_of
from millrace.web.demonstration import roles

AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
ENDINGS = {"closed", "terminated", "withdrawn", "ineligible", "refused", "declined", "lapsed"}
ON_THE_WAY = {
    *("draft", "awaiting_sign_off", "submitted", "information_needed", "screened", "under_assessment"),
    *("recommended", "not_recommended", "approved", "in_force", "suspended"),
}


def strays():
    """What the timeline says of any case that its workflow does not permit: (reference, from, to)."""
    for case in Case.objects.select_related("scheme_version"):
        said = Event.objects.filter(case=case, sheet__has_key="status").order_by("pk").values_list("sheet__status", flat=True)
        steps = moves.workflow(case)
        for status, following in itertools.pairwise(["draft", *said]):
            if status != following and following not in lifecycle.next_statuses(steps, status):
                yield case.reference, status, following


@pytest.fixture
def told(db_clone, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return demonstration.fill(AT, files_of(HONG_KONG))


@pytest.mark.prove
def test_the_whole_story(told):
    found = Counter(Case.objects.values_list("status", flat=True))
    assert told >= 180 and set(found) == ENDINGS | ON_THE_WAY
    assert list(strays()) == [] and Event.objects.filter(kind="finding_reversed").exists()
    assert {"v1", "v2", "v3"} <= set(Case.objects.filter(scheme="nifs").values_list("scheme_version__version", flat=True))
    assert set(Case.objects.filter(scheme="raise-plus", status="in_force").values_list("stage_number", flat=True)) == {1, 2}
    assert not Seal.objects.filter(is_story=False).exists() and Seal.objects.latest("number").sealed_at <= AT
    told_of = set(Event.objects.values_list("kind", flat=True))
    assert told_of >= {"change_requested", "change_advised", "change_approved", "change_refused", "change_asked_back", "inspection_held"}
    assert told_of >= {"finding_answered", "finding_cleared", "report_accepted", "report_returned", "advance_requested", "payment_rejected"}
    assert told_of >= {"exchange_rate_recorded", "envelope_transferred", "cash_transferred", "cash_lapsed", "fund_order_refused"}
    waiting = Message.objects.filter(is_open=True)
    assert {message.case.status for message in waiting} == {"screened"} and Message.objects.filter(is_from_funder=True).count() > 5
    settled = StageSettlement.objects.order_by("pk")
    assert settled and all(one.carried_cents and one.carried_unearned_cents for one in settled)
    assert not any(one.returned_cents or one.ask_back_cents for one in settled), "the rule carries all of it"
    assert Event.objects.filter(kind="stage_settled").count() == len(settled)
    assert StatusFile.objects.exists() and ReportDue.objects.filter(case__scheme="prp", due_on__lt=AT.date()).count() > 2
    then = queries.ask("approved-by-scheme", as_at=date(2026, 3, 31), seal=queries.seal_as_known(datetime(2026, 4, 1, tzinfo=UTC)))
    now = queries.ask("approved-by-scheme", as_at=date(2026, 3, 31))
    assert then.answer.count - now.answer.count == 2
    assert demonstration.fill(AT, {}) == told


def test_the_same_seed_tells_the_same_story(db_clone, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert [case.begins_on for case in plan.planned(AT.date())] == [case.begins_on for case in plan.planned(AT.date())]
    told = demonstration.fill(AT, files_of(HONG_KONG), only=6)
    assert told >= 6 and Seal.objects.filter(is_story=True).exists()
    assert Event.objects.filter(kind="case_corrected").count() == 2
    assert list(strays()) == []
    running = Client(HTTP_HOST="127.0.0.1")
    assert "Runs a facility" in running.get("/demo/sign-in/").text
    # What the terminal lists is what the page offers, in its order.
    assert [(code, role) for code, role, _persons in roles(AT)] == list(command.ROLES.items())
    printed = command._demo_address(8080)
    assert all(
        f"  {role} " in printed and f"http://127.0.0.1:8080/demo/sign-in/#{code}\n" in printed for code, role in command.ROLES.items()
    )
    running.post("/demo/sign-in/", {"person": Operator.objects.get().person_id})
    page = running.get("/facilities/").text
    assert "5,800 GPU-hours" in page.replace("\xa0", " ") and page.count("/answer/") == 1 and page.count("/use/") == 1
    assert sorted(Allocation.objects.values_list("granted_hours", "used_hours", "returned_hours")) == [
        (120, 75, 45),
        (4_000, 2_600, 1_400),
        (6_000, 200, 0),
    ]
    first = Case.objects.order_by("opened_at")[0]
    assert "(invented)" in first.lead.name and "虛構" in first.lead.name_zh and first.is_demonstration
