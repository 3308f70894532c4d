"""Holds matching money to its rule and to one case — e.g. 40 hours of an engineer count HK$24,000, and one bank advice serves once."""

import uuid
from datetime import date
from typing import Any

import pytest

from millrace.core.policy_folder import handling
from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as balances
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import alike, standing
from millrace.stages.deliver.models import Evidence, HeldProof
from millrace.testing import racing

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DAY = date(2026, 2, 2)
ENGINEER = deliver.InKind("hours", "in-kind-engineer", hours_hundredths=40_00)


def refused(code: str) -> Any:
    return pytest.raises(Refusal, match=f"^{code}:")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def pay(held: Any, *, proof: str = "", by: Any = None, **changes: Any) -> Evidence:
    """This will record HK$500,000 paid to a supplier, with whatever differs."""
    paid = {"payee": "Precision Tools Ltd", "invoice": uuid.uuid4().hex[:8], "amount_cents": 500_000_00, "paid_on": DAY} | changes
    file = deliver.File("advice.pdf", PDF.replace(b"Catalog", b"Catalog/N(" + proof.encode() + b")")) if proof else None
    held.act(deliver.record_matching, held.case, **{"sponsor": held.lead, "form": "cash", "file": file, "by": by or held.member} | paid)
    return Evidence.objects.filter(case=held.case).latest("number")


def give(held: Any, given: deliver.InKind = ENGINEER, **changes: Any) -> Evidence:
    what = {"sponsor": held.lead, "on": DAY, "valuation": "Tuning the line", "file": None} | changes
    held.act(deliver.record_in_kind, held.case, given=given, **what, by=held.member)
    return Evidence.objects.filter(case=held.case).latest("number")


def test_in_kind_is_priced_by_the_rule_of_its_day_and_keeps_its_arithmetic(agree: Any, hong_kong: Any) -> None:
    held = agree.raise_plus()
    evidence = give(held, declared_cents=90_000_00)
    assert evidence.amount_cents == 24_000_00
    assert [(step["code"], step["amount_cents"]) for step in evidence.steps] == [
        ("priced_hours", 24_000_00),
        ("declared_value", 90_000_00),
        ("counted", 24_000_00),
    ]
    rule = evidence.basis["rule"]
    assert (rule["measure"], rule["number"], rule["from"], rule["published"]) == ("in-kind-engineer", 600_00, "2010-01-01", False)
    assert give(held, declared_cents=20_000_00).amount_cents == 20_000_00
    use = deliver.InKind("use", "life-instrument", cost_cents=600_000_00, age_months=57, used_months=6, share_basis_points=5_000)
    assert give(held, use).amount_cents == 15_000_00
    assert give(held, deliver.InKind("goods", list_price_cents=80_000_00, quantity=2)).amount_cents == 80_000_00
    assert balances.statement(held.case).matched("evidenced", unit="HKD") == 24_000_00 + 20_000_00 + 15_000_00 + 80_000_00


@pytest.mark.parametrize(
    ("given", "changes", "code"),
    [
        (deliver.InKind("hours", "life-instrument", hours_hundredths=100), {}, "no-rate"),
        (deliver.InKind("hours", "unheard-of", hours_hundredths=100), {}, "no-rate"),
        (deliver.InKind("goods", "virement-share", list_price_cents=100, quantity=1), {}, "no-rate"),
        (ENGINEER, {"on": date(2009, 12, 31)}, "no-rate"),
        (ENGINEER, {"on": date(2026, 3, 3)}, "not-given-yet"),
        (deliver.InKind("use", "life-computer", cost_cents=100_00, age_months=36, used_months=1), {}, "worth-nothing"),
    ],
)
def test_what_no_rule_prices_is_refused(agree: Any, hong_kong: Any, given: deliver.InKind, changes: Any, code: str) -> None:
    held = agree.raise_plus()
    with refused(code):
        give(held, given, **changes)
    assert not Evidence.objects.exists() and balances.statement(held.case).matched("evidenced", unit="HKD") == 0


def test_a_declared_value_is_no_way_round_the_rule(agree: Any, hong_kong: Any) -> None:
    held = agree.raise_plus()
    with refused("priced-by-rule"):
        pay(held, form="in_kind", valuation="worth a fortune")
    assert pay(held).form == "cash"


def rules_from(day: str, *schemes: str) -> handling.Handling:
    """The rate of an engineer, in force from a day on for these schemes, or for all."""
    value = handling.Value(600_00, handling.dated.start(day), schemes, handling.Text(), "", False, handling.Text())
    return handling.Handling({"in-kind-engineer": handling.Measure("in-kind-engineer", handling.Text(), "cents", "in_kind_rate", (value,))})


def test_a_declared_value_does_not_count_for_a_day_before_the_first_rule(agree: Any, hong_kong: Any, monkeypatch: Any) -> None:
    held = agree.raise_plus()
    monkeypatch.setattr(policy, "handling", lambda: rules_from("2026-02-03"))
    with refused("no-rate-yet") as told:
        pay(held, form="in_kind", valuation="worth a fortune")
    assert told.value.values == {"given_on": DAY, "first_on": date(2026, 2, 3)}
    with refused("no-rate"):
        give(held)
    with refused("priced-by-rule"):
        pay(held, form="in_kind", valuation="worth a fortune", paid_on=date(2026, 2, 3))
    assert not Evidence.objects.exists()
    assert give(held, on=date(2026, 2, 3)).amount_cents == 24_000_00
    assert pay(held).form == "cash"


def test_a_scheme_whose_policy_has_no_rule_for_what_is_in_kind_takes_what_an_officer_verifies(
    agree: Any, hong_kong: Any, monkeypatch: Any
) -> None:
    held = agree.raise_plus()
    monkeypatch.setattr(policy, "handling", lambda: rules_from("2026-02-03", "nifs"))
    assert pay(held, form="in_kind", valuation="500 hours at the university's published rate").form == "in_kind"


def test_in_kind_carries_a_release_only_within_its_share_and_the_rest_follows_cash(agree: Any, hong_kong: Any) -> None:
    held = agree.raise_plus()
    # In stage 1 at 2:1, in kind at most half: HK$5m in kind beside HK$1m in cash counts HK$2m, and carries HK$4m.
    goods = deliver.InKind("goods", list_price_cents=10_000_000_00, quantity=1)
    held.act(deliver.verify_evidence, give(held, goods), by=held.officer)
    held.act(deliver.verify_evidence, pay(held, amount_cents=1_000_000_00), by=held.officer)

    def steps() -> dict[str, int]:
        first = standing.planned(type(held.case).objects.get(pk=held.case.pk), held.at.date())[0].release
        return {step.code: step.amount_cents for step in first.steps}

    assert (steps()["in_kind_verified"], steps()["in_kind_counts"], steps()["matching_carries"]) == (
        5_000_000_00,
        1_000_000_00,
        4_000_000_00,
    )
    held.act(deliver.verify_evidence, pay(held, amount_cents=3_000_000_00), by=held.officer)
    assert (steps()["in_kind_counts"], steps()["matching_carries"]) == (4_000_000_00, 16_000_000_00)


def test_one_proof_serves_one_case_and_says_where_only_to_those_who_may_see(agree: Any) -> None:
    one, other = agree.nifs(), agree.nifs()
    pay(one, proof="advice", invoice="INV-0012")
    for again in ({"proof": "advice"}, {"payee": "PRECISION TOOLS LIMITED", "invoice": "inv 12"}):
        with refused("proof-used") as told:
            pay(other, **again)
        assert one.case.reference not in str(vars(told.value))
    # A member of both enterprises is told which case it is.
    other.member.memberships.create(organisation=one.lead, power="member", starts_at=one.at, granted_by=other.member)
    with refused("proof-used") as told:
        pay(other, proof="advice")
    assert told.value.values == {"reference": one.case.reference}
    assert Evidence.objects.filter(case=other.case).count() == 0
    assert balances.statement(other.case).matched("evidenced", unit="HKD") == 0


def test_what_was_not_accepted_is_free_to_serve_where_it_belongs(agree: Any) -> None:
    one, other = agree.nifs(), agree.nifs()
    first = pay(one, proof="advice", invoice="INV-0012")
    one.act(deliver.verify_evidence, first, is_accepted=False, note="Paid for another project.", by=one.officer)
    assert not HeldProof.objects.exists()
    assert pay(other, proof="advice", invoice="INV-0012").state == "recorded"
    with refused("proof-used"):
        pay(one, proof="advice")


def test_a_likeness_is_decided_by_an_officer_with_a_reason(agree: Any, hong_kong: Any) -> None:
    one, other = agree.nifs(), agree.nifs()
    first = pay(one)
    twin = pay(other, sponsor=other.lead, payee="Precision Tool", invoice=f"INV {first.invoice}")
    # Another enterprise, another number: no likeness. The same sponsor in both cases is one.
    assert alike.of_evidence(twin, by=one.officer, at=one.at) == []
    other.case.parties.create(organisation=one.lead, role="sponsor", joined_at=one.at)
    twin = pay(other, sponsor=one.lead, payee="PRECISION TOOLS CO LTD", paid_on=date(2026, 2, 5))
    (like,) = alike.of_evidence(twin, by=one.officer, at=one.at)
    assert (like.case, like.row, like.why) == (one.case, first, ("same_amount",))
    with refused("alike-undecided"):
        other.act(deliver.verify_evidence, twin, by=other.officer)
    other.act(deliver.verify_evidence, twin, alike_reason="The second half of the machine.", by=other.officer)
    twin.refresh_from_db()
    assert (twin.state, twin.alike_reason) == ("verified", "The second half of the machine.")
    assert twin.alike == [{"kind": "evidence", "case": one.case.reference, "claim": 0, "number": first.number, "why": ["same_amount"]}]


def test_a_likeness_in_a_case_of_conflict_casts_no_shadow(agree: Any) -> None:
    one, other = agree.nifs(), agree.nifs()
    other.case.parties.create(organisation=one.lead, role="sponsor", joined_at=one.at)
    pay(one)
    twin = pay(other, sponsor=one.lead)
    assert len(alike.of_evidence(twin, by=other.officer, at=other.at)) == 1
    one.case.standings.create(person=other.officer, relation="conflicted", starts_at=one.at, granted_by=other.officer)
    assert alike.of_evidence(twin, by=other.officer, at=other.at) == []
    assert len(alike.of_evidence(twin, by=other.other_officer, at=other.at)) == 1


def test_of_many_who_show_one_proof_at_the_same_moment_one_is_believed(agree: Any) -> None:
    cases = [agree.nifs() for _ in range(6)]
    became = racing.race([lambda case=case: pay(case, invoice="INV-0012") for case in cases])
    assert sorted(became) == ["done"] + ["proof-used"] * 5
    assert Evidence.objects.count() == HeldProof.objects.count() == 1


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2019, 12, 31)])
def test_what_was_paid_before_the_agreement_began_is_not_matching_money(agree: Any, day: date) -> None:
    held = agree.nifs()
    with refused("outside-agreement") as told:
        pay(held, paid_on=day)
    assert told.value.values["starts_on"] == held.terms.starts_on
    assert not Evidence.objects.filter(case=held.case).exists()


def test_what_is_not_accepted_leaves_no_pledge_nobody_made(agree: Any) -> None:
    held = agree.nifs()
    before = balances.statement(held.case).matched("pledged", unit="HKD")
    evidence = pay(held, amount_cents=before + 3_000_000_00)
    held.act(deliver.verify_evidence, evidence, verified_cents=before + 1_000_000_00, note="two million went elsewhere", by=held.officer)
    assert balances.statement(held.case).matched("pledged", unit="HKD") == 0
    another = pay(held, amount_cents=5_00)
    held.act(deliver.verify_evidence, another, is_accepted=False, note="not proved", by=held.officer)
    assert balances.statement(held.case).matched("pledged", unit="HKD") == 0
