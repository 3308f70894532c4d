"""Settles what a stage left over by a rule — e.g. HK$4m never released: half carried into stage 2, half back in the envelope."""

from typing import Any

import pytest
from django.test import Client

from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries as balances
from millrace.registers.messages.models import Notice
from millrace.registers.timeline.models import Event
from millrace.stages.award import queries as award
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.deliver_test import bring, claim, open_account, reach
from millrace.stages.deliver.models import StageSettlement
from millrace.stages.deliver.recovery_test import (  # noqa: F401  # fixtures are found by name in this module
    MILLION,
    files,
    rates,
    refused,
    verify_whole,
)
from millrace.testing.pressing import Pressing

pytestmark = pytest.mark.usefixtures("rates")


@pytest.fixture
def over(agree: Any) -> Any:
    """Stage 1 of HK$20m: HK$16m released, HK$14m earned by its claim; stage 2 of HK$10m is open."""
    held = agree.raise_plus()
    open_account(held)
    bring(held, 4 * MILLION, sponsor=held.sponsor)
    bring(held, 5 * MILLION, form="in_kind")
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    reach(held, 2)
    held.act(deliver.release_instalment, held.case, instalment=2, by=held.finance)
    with refused("stage-not-over"):
        settle(held)
    Case.objects.filter(pk=held.case.pk).update(stage_number=2)
    with refused("stage-not-accounted"):
        settle(held)
    Case.objects.filter(pk=held.case.pk).update(stage_number=1)
    claim(held, 21 * MILLION, head="manpower")
    Case.objects.filter(pk=held.case.pk).update(stage_number=2)
    held.case.refresh_from_db()
    return held


def settle(held: Any, **fields: Any) -> None:
    held.act(deliver.settle_stage, held.case, **{"stage": 1, "by": held.finance, **fields})


def test_the_rule_parts_it_and_new_terms_say_so(over: Any) -> None:
    before = balances.envelope_state(over.envelope)
    with refused("not-found"):
        settle(over, by=over.officer)
    settle(over)
    with refused("stage-settled"):
        settle(over)
    row = StageSettlement.objects.get()
    assert (row.carried_cents, row.returned_cents) == (2 * MILLION, 2 * MILLION)
    assert (row.carried_unearned_cents, row.ask_back_cents, row.measure["number"]) == (MILLION, MILLION, 5_000)
    terms = award.terms_of(over.case, over.at.date())
    assert terms is not None and terms.grant_cents == 28 * MILLION
    assert [stage.grant_cents for stage in terms.stages] == [15 * MILLION, 13 * MILLION]
    assert [one.planned_cents for one in terms.instalments] == [10 * MILLION, 6 * MILLION, 12 * MILLION]
    assert AgreedTerms.objects.filter(case=over.case).count() == 2 == row.terms_number
    after = balances.envelope_state(over.envelope)
    assert (after.available - before.available, before.committed - after.committed) == (2 * MILLION, 2 * MILLION)
    told = Event.objects.get(kind="stage_settled")
    assert told.sheet == {"approved_cents": 28 * MILLION, "committed_cents": 28 * MILLION}
    assert Notice.objects.filter(person=over.member, event=told.pk).exists()
    over.case.refresh_from_db()
    assert over.case.approved_cents == 28 * MILLION
    assert verify_whole(over)


def test_finance_settles_it_on_a_page_that_shows_every_part_and_all_read_it_after(over: Any) -> None:
    finance, member = Pressing(over.finance), Client()
    member.force_login(over.member)
    here, money = f"/cases/{over.case.reference}/stages/1/settle/", f"/cases/{over.case.reference}/?show=money"
    assert here in finance.client.get(money).content.decode()
    page = finance.client.get(here).content.decode()
    assert "50% of it is carried forward (not published; illustrative)" in page and "HK$4,000,000" in page and "HK$28,000,000" in page
    assert member.get(here).status_code == 404
    finance.press(here)
    assert finance.client.get(here).status_code == 404
    assert finance.client.get(here.replace("stages/1", "stages/2")).status_code == 404
    told = member.get(money).content.decode()
    assert (
        "carried into the next stage HK$3,000,000" in told.replace("\xa0", " ") and here not in finance.client.get(money).content.decode()
    )
