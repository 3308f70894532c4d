"""A change of an agreement carries itself out whole, or not at all — e.g. HK$4m less is back in the envelope with the new terms."""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from millrace.core import changes as core
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.facilities.models import Allocation
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.award import queries as award
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import queries, showing
from millrace.stages.deliver.deliver_test import bring, claim, open_account, open_centre, pay, ready, refused
from millrace.stages.deliver.models import ChangeRequest, Claim, Equipment
from millrace.testing.pressing import Pressing


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> Iterator[None]:
    """Files of this test's own, and words in English whatever page was asked for before."""
    settings.MEDIA_ROOT = tmp_path
    with translation.override("en"):
        yield


def ask(held: Any, kind: str, *, description: str = "As agreed.", submit: bool = True, **asked: Any) -> ChangeRequest:
    change = deliver.open_change(held.case, kind=kind, by=held.member, at=held.at)
    deliver.save_change(change, wish=deliver.Wish("It is needed.", description, asked), by=held.member, at=held.at)
    if submit:
        held.act(deliver.submit_change, change, by=held.member)
    change.refresh_from_db()
    return change


def advise(held: Any, change: ChangeRequest) -> None:
    held.act(deliver.advise_change, change, advice="support", note="Sound.", by=held.officer)


def signing(make: Any, cents: int) -> Any:
    """This will make an authority with a delegated limit."""
    person = make.person(powers=("authority",))
    person.powers.update(limit_cents=cents)
    return person


def approve(held: Any, change: ChangeRequest, by: Any = None) -> Event:
    return held.act(deliver.decide_change, change, is_approved=True, by=by or held.authority)


def test_an_extension_dates_new_terms_and_leaves_the_old_as_they_were(agree: Any) -> None:
    held = agree.nifs()
    before = AgreedTerms.objects.get().data
    change = ask(held, core.TIME_EXTENSION, ends_before="2027-10-01")
    advise(held, change)
    event = approve(held, change)
    rows = list(AgreedTerms.objects.order_by("number"))
    assert [row.number for row in rows] == [1, 2] and rows[0].data == before
    assert event.facts["terms"] == rows[1].sha256 and event.facts["grant_change_cents"] == 0
    then = award.terms_of(held.case, date(2026, 1, 1))
    assert then is not None and then.ends_before == date(2027, 4, 1)
    now = award.terms_of(type(held.case).objects.get(pk=held.case.pk), held.at.date())
    assert now is not None and (now.ends_before, now.milestones[0].due_on) == (date(2027, 10, 1), date(2027, 8, 31))
    assert balances.statement(held.case).total("committed", "HKD") == 10_000_000_00
    assert timeline.replay(event.command, held.case) == event


def test_less_grant_goes_back_to_its_envelope_in_the_same_transaction(agree: Any) -> None:
    held = agree.nifs()
    change = ask(held, core.SCOPE, grant_cents=6_000_000_00)
    advise(held, change)
    approve(held, change)
    held.case.refresh_from_db()
    assert balances.statement(held.case).total("committed", "HKD") == 6_000_000_00 == held.case.approved_cents
    assert balances.envelope_state(held.envelope).available == 4_000_000_00


def test_more_grant_is_reserved_or_the_whole_is_refused(agree: Any, make: Any) -> None:
    held = agree.nifs()
    asked = {"grant_cents": 12_000_000_00, "pledge_cents": 4_000_000_00, "pledger": held.lead.pk}
    change = ask(held, core.SCOPE, **asked)
    advise(held, change)
    able = signing(make, 15_000_000_00)
    with pytest.raises(Refusal):
        approve(held, change, by=able)
    change.refresh_from_db()
    assert change.state == "submitted" and AgreedTerms.objects.count() == 1
    _appropriate(held, 2_000_000_00)
    approve(held, change, by=able)
    statement = balances.statement(held.case)
    assert (statement.total("committed", "HKD"), statement.total("reserved", "HKD")) == (12_000_000_00, 0)
    assert statement.matched("pledged", unit="HKD") == 24_000_000_00


def _appropriate(held: Any, cents: int) -> None:
    with transaction.atomic(durable=True):
        event = timeline.reserve_id()
        ledger.appropriate(held.envelope, cents, event=event, on=held.at.date(), at=held.at)
        timeline.record("envelope_funded", command=uuid.uuid4(), by=held.authority, at=held.at, event_id=event, fund="itf", facts={})


def test_who_may_not_sign_does_not(agree: Any, make: Any) -> None:
    held = agree.nifs()
    change = ask(held, core.SCOPE, grant_cents=6_000_000_00)
    with refused("authority-signs"):
        approve(held, change, by=held.officer)
    with refused("advice-first"):
        approve(held, change)
    both = make.person(powers=("officer", "authority"))
    held.act(deliver.advise_change, change, advice="support", note="Sound.", by=both)
    with refused("own-recommendation"):
        approve(held, change, by=both)
    with pytest.raises(Refusal) as caught:
        approve(held, change, by=held.member)
    assert caught.value.status == 404


def test_more_than_the_delegated_limit_is_not_signed(agree: Any, make: Any) -> None:
    held = agree.nifs()
    change = ask(held, core.SCOPE, grant_cents=12_000_000_00, pledge_cents=4_000_000_00, pledger=held.lead.pk)
    advise(held, change)
    with refused("above-limit"):
        approve(held, change, by=signing(make, 11_999_999_99))


def test_a_suspension_stops_money_and_changes_until_it_is_lifted(agree: Any) -> None:
    held = ready(agree.nifs())
    open_one = deliver.open_change(held.case, kind=core.SUSPENSION, by=held.officer, at=held.at)
    deliver.save_change(open_one, wish=deliver.Wish("No word for months."), by=held.officer, at=held.at)
    held.act(deliver.submit_change, open_one, by=held.officer)
    with refused("authority-signs"):
        held.act(deliver.decide_change, open_one, is_approved=True, by=held.other_officer)
    approve(held, open_one)
    held.case.refresh_from_db()
    assert held.case.status == "suspended"
    with refused("suspended"):
        held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    with refused("suspended"):
        deliver.open_change(held.case, kind=core.KEY_PERSON, by=held.member, at=held.at)
    held.act(deliver.lift_suspension, held.case, note="It answered.", by=held.authority)
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)


def test_a_release_made_before_a_suspension_is_not_paid_during_it(agree: Any) -> None:
    held = ready(agree.nifs())
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    release = list(queries.unpaid_releases())
    run = held.act(deliver.order_payment_run, release, by=held.maker)
    change = deliver.open_change(held.case, kind=core.SUSPENSION, by=held.officer, at=held.at)
    deliver.save_change(change, wish=deliver.Wish("No word."), by=held.officer, at=held.at)
    held.act(deliver.submit_change, change, by=held.officer)
    approve(held, change)
    with refused("suspended"):
        held.act(deliver.check_payment_run, run, by=held.checker)
    held.act(deliver.cancel_payment_run, run, by=held.maker)
    assert not queries.unpaid_releases().exists()
    with refused("suspended"):
        held.act(deliver.order_payment_run, release, by=held.maker)


def test_a_request_goes_back_and_comes_again_and_one_is_settled_before_the_next(agree: Any) -> None:
    held = agree.nifs()
    change = ask(held, core.KEY_PERSON)
    with refused("change-open"):
        deliver.open_change(held.case, kind=core.EQUIPMENT, by=held.member, at=held.at)
    held.act(deliver.ask_back_change, change, note="Send the new person's record.", by=held.officer)
    with refused("change-moved-on"):
        advise(held, change)
    deliver.save_change(change, wish=deliver.Wish("Left the firm.", "Dr A for Dr B"), by=held.member, at=held.at)
    held.act(deliver.submit_change, change, by=held.member)
    held.act(deliver.withdraw_change, change, by=held.member)
    assert deliver.open_change(held.case, kind=core.EQUIPMENT, by=held.member, at=held.at).number == 2


def test_a_key_person_or_an_item_replaced_makes_new_terms_and_the_old_stay_readable(agree: Any) -> None:
    held = agree.nifs()
    kinds = [(core.KEY_PERSON, "Project leader", "Dr A", "Dr B"), (core.KEY_PERSON, "project leader", "Dr B", "Dr C")]
    kinds += [(core.EQUIPMENT, "Cutting", "Laser X1", "Laser X2")]
    for kind, role, was, now in kinds:
        change = ask(held, kind, named={"kind": kind, "role": role, "was": was, "now": now})
        row = {"what": f"{'Equipment' if kind == 'equipment' else 'Key person'}: {role.capitalize()}", "before": was, "after": now}
        assert row in shown(held, change)["differences"]
        advise(held, change)
        event = approve(held, change)
        change.refresh_from_db()
        assert row in showing.of_change(held.case, change, held.at)["differences"]
        assert now not in str(event.facts) and was not in str(event.facts)
    rows = list(AgreedTerms.objects.order_by("number"))
    assert [[one["now"] for one in row.named] for row in rows] == [[], ["Dr B"], ["Dr C"], ["Dr C", "Laser X2"]]
    assert len({row.sha256 for row in rows}) == 4 and "Dr C" not in str(rows[-1].data)
    reader, place = Pressing(held.member).client, f"/cases/{held.case.reference}"
    then, since = (reader.get(f"{place}/terms/{number}/?against=1").content.decode() for number in (2, 4))
    assert "Dr B" in then and "Dr C" not in then and "Dr A" in then
    assert "Dr A" in since and "Dr C" in since and "Laser X1" in since and "Laser X2" in since
    same = ask(held, core.KEY_PERSON, submit=False, named={"kind": core.KEY_PERSON, "role": "Chemist", "was": "Dr D", "now": "Dr D"})
    with refused("nothing-changed"):
        held.act(deliver.submit_change, same, by=held.member)


def test_a_partner_who_leaves_hands_its_open_pledge_to_the_one_who_joins(agree: Any, make: Any) -> None:
    held = agree.raise_plus()
    newcomer = make.organisation()
    change = ask(held, core.PARTNER_CHANGE, leaves=held.sponsor.pk, joins=newcomer.pk)
    advise(held, change)
    approve(held, change)
    pledged = {(line.sponsor, line.form): line.pledged for line in balances.statement(held.case).matching}
    assert pledged[(newcomer.pk, "cash")] == 15_000_000_00 and pledged[(held.sponsor.pk, "cash")] == 0
    assert list(held.case.parties.filter(left_at=None, role="sponsor").values_list("organisation", flat=True)) == [newcomer.pk]


def test_who_leads_the_project_does_not_leave_it(agree: Any, make: Any) -> None:
    held = agree.raise_plus()
    change = ask(held, core.PARTNER_CHANGE, submit=False, leaves=held.lead.pk, joins=make.organisation().pk)
    [said] = shown(held, change)["objections"]
    assert said.startswith("The lead applicant cannot leave the project.")
    with refused("lead-leaves"):
        held.act(deliver.submit_change, change, by=held.member)
    statement = balances.statement(held.case)
    assert {line.sponsor for line in statement.matching if line.pledged} == {held.lead.pk, held.sponsor.pk}


def test_what_cannot_stand_is_not_even_submitted(agree: Any) -> None:
    held = agree.nifs()
    change = ask(held, core.BUDGET_VIREMENT, submit=False, heads={"machinery": 29_000_000_00})
    with refused("total-changed"):
        held.act(deliver.submit_change, change, by=held.member)
    change.refresh_from_db()
    assert change.state == "draft" and change.asked["heads"] == {"machinery": 29_000_000_00}


def test_equipment_entered_before_an_extension_is_kept_as_long_as_what_is_entered_after(agree: Any) -> None:
    held = agree.nifs()
    line = claim(held, 9_000_00).lines.get()
    entered = {"case": held.case, "line": line, "cost_cents": 1_000_00, "unit": "HKD", "registered_at": held.at}
    ends, later, long_after = date(2027, 4, 1), date(2027, 10, 1), date(2031, 1, 1)
    for number, (until, state) in enumerate([(ends, "held"), (ends, "consented"), (ends, "gone"), (long_after, "held")], 1):
        Equipment.objects.create(**entered, number=number, retain_until=until, state=state, registered_by=held.member)
    change = ask(held, core.TIME_EXTENSION, ends_before=later.isoformat())
    assert shown(held, change)["Items of equipment to be kept longer"] == "2: until 1 October 2027 instead of 1 April 2027"
    advise(held, change)
    event = approve(held, change)
    assert list(Equipment.objects.order_by("number").values_list("retain_until", flat=True)) == [later, later, ends, long_after]
    assert (event.facts["retain_until_on"], event.facts["kept_longer_count"]) == ("2027-10-01", 2)


def test_hours_granted_until_the_end_may_be_used_in_the_months_an_extension_adds(agree: Any) -> None:
    held = agree.nifs()
    centre, _envelope = open_centre(held, "2027-28")
    for hours, ends in ((3000, date(2027, 4, 1)), (500, date(2026, 6, 1))):
        span = {"starts_on": date(2026, 3, 1), "ends_before": ends}
        held.act(deliver.grant_hours, held.case, resource=centre, hours=hours, by=held.officer, **span)
    granted, short = Allocation.objects.order_by("-ends_before")
    reading = {"hours": 20, "used_on": date(2027, 8, 2), "source_key": "j1", "by": held.officer}
    with refused("outside-allocation"):
        held.act(deliver.record_hours, granted, **reading)
    change = ask(held, core.TIME_EXTENSION, ends_before="2027-10-01")
    said = shown(held, change)["follows"]
    assert said == [("AI Supercomputing Centre", "3,000 GPU-hour left: until 30 September 2027 instead of 31 March 2027")]
    advise(held, change)
    assert approve(held, change).facts["allocation_count"] == 1
    held.act(deliver.record_hours, granted, **reading)
    short.refresh_from_db()
    assert short.ends_before == date(2026, 6, 1)  # hours granted for days of their own keep them


def shown(held: Any, change: ChangeRequest) -> dict[str, Any]:
    """This will give what the page of a request shows now, what follows from it by its label."""
    found = showing.of_change(Case.objects.get(pk=held.case.pk), change, held.at)
    return {**found, **dict(found["follows"])}


def suspending(held: Any) -> ChangeRequest:
    change = deliver.open_change(held.case, kind=core.SUSPENSION, by=held.officer, at=held.at)
    deliver.save_change(change, wish=deliver.Wish("No word."), by=held.officer, at=held.at)
    held.act(deliver.submit_change, change, by=held.officer)
    change.refresh_from_db()
    return change


def advanced(agree: Any) -> Any:
    """This will give a case of HK$10m of which HK$5m is released in advance and not paid yet."""
    held = agree.advanced()
    open_account(held)
    bring(held, 5_000_000_00)
    held.act(deliver.request_advance, held.case, instalment=1, amount_cents=5_000_000_00, by=held.member)
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    return held


def test_an_end_shows_what_goes_back_what_is_owed_and_which_claim_is_left(agree: Any) -> None:
    held = advanced(agree)
    change = ask(held, core.TERMINATION)
    before = shown(held, change)
    assert before["money"] == "HK$5,000,000 goes back to the envelope."
    assert before["Due or being paid, to be settled first"] == "HK$5,000,000"
    assert before["Claims that will no longer be decided"] == "None" and before["addendum"] is None and not before["differences"]
    pay(held)
    claim(held, 3_000_000_00)
    waiting = deliver.open_claim(held.case, by=held.member, at=held.at)
    Claim.objects.filter(pk=waiting.pk).update(state="submitted", claimed_cents=700_000_00)
    after = shown(held, change)
    assert after["Due or being paid, to be settled first"] == "HK$0"
    assert after["Paid and not earned, may have to be refunded"] == "HK$3,500,000"
    assert after["Claims that will no longer be decided"] == "1, of HK$700,000 in all"


def test_a_suspension_shows_the_claims_and_sums_that_wait(agree: Any) -> None:
    held = advanced(agree)
    change = suspending(held)
    said = shown(held, change)
    assert said["money"].startswith("Nothing is claimed, released or paid until the suspension is lifted.")
    assert said["Due and not paid until then"] == "1, of HK$5,000,000 in all"
    assert said["Instalments not released until then"] == "1, of HK$5,000,000 in all"
    assert said["Claims that wait to be decided"] == "None" and "Sent to the bank already, not stopped" not in said
    run = held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker)
    assert shown(held, change)["Due and not paid until then"] == "1, of HK$5,000,000 in all"
    held.act(deliver.check_payment_run, run, by=held.checker)
    said = shown(held, change)
    assert (said["Due and not paid until then"], said["Sent to the bank already, not stopped"]) == ("None", "1, of HK$5,000,000 in all")
