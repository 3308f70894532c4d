"""Carries a case from evidence to settled payment with real commits — e.g. HK$10m at 1:2, re-sized to HK$9m, paid once."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from millrace.core.ledger import Envelope
from millrace.core.refusal import Refusal
from millrace.registers.facilities import actions as facilities
from millrace.registers.facilities.models import Allocation, Resource
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, queries
from millrace.stages.deliver.models import Claim, Evidence, PayeeAccount, Payment, PaymentRun, Release
from millrace.testing import racing

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def proof(name: str) -> deliver.File:
    return deliver.File(f"{name}.pdf", PDF.replace(b"Catalog>>", b"Catalog/N(" + name.encode() + b")>>"))


def refused(code: str) -> Any:
    return pytest.raises(Refusal, match=f"^{code}:")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def bring(held: Any, amount: int, *, sponsor: Any = None, form: str = "cash", verify: int | None = None, invoice: str = "") -> Evidence:
    """This will record matching money and verify it."""
    valuation = "" if form == "cash" else "500 hours at HK$400, university's published rate"
    held.act(
        deliver.record_matching,
        held.case,
        sponsor=sponsor or held.lead,
        form=form,
        amount_cents=amount,
        paid_on=date(2026, 3, 1),
        payee="Precision Tools Ltd",
        invoice=invoice or uuid.uuid4().hex[:8],
        valuation=valuation,
        file=None,
        by=held.member,
    )
    evidence = Evidence.objects.filter(case=held.case).latest("number")
    note = "Only this much is proved." if verify is not None and verify < amount else ""
    held.act(deliver.verify_evidence, evidence, verified_cents=verify, note=note, by=held.officer)
    return evidence


def reach(held: Any, milestone: int) -> None:
    held.act(deliver.report_milestone, held.case, milestone=milestone, file=proof(f"m{milestone}"), by=held.member)
    held.act(deliver.verify_evidence, Evidence.objects.filter(case=held.case).latest("number"), by=held.officer)


def claim(held: Any, *amounts: int, head: str = "machinery", allow: Callable[[int], int] = lambda cents: cents) -> Claim:
    """This will claim amounts, rule every line and decide."""
    opened = deliver.open_claim(held.case, by=held.member, at=held.at)
    day = date(2026, 1, 5)
    entries = [deliver.LineEntry(head, f"Item {n}", amount, "Tools Ltd", f"T{n}-{opened.pk}", day, day) for n, amount in enumerate(amounts)]
    deliver.save_claim(opened, lines=entries, by=held.member, at=held.at)
    for line in opened.lines.order_by("number"):
        for kind in ("receipt", "payment_proof"):
            deliver.attach_proof(line, proof=kind, file=proof(f"{kind}{line.pk}"), by=held.member, at=held.at)
            line.refresh_from_db()
    held.act(deliver.submit_claim, opened, by=held.member)
    for line in opened.lines.order_by("number"):
        allowed = allow(line.claimed_cents)
        reason = "" if allowed == line.claimed_cents else "ineligible_item"
        held.act(deliver.rule_line, line, allowed_cents=allowed, reason=reason, by=held.officer)
    held.act(deliver.decide_claim, opened, by=held.finance)
    opened.refresh_from_db()
    return opened


def open_account(held: Any, *, bank_code: str = "004") -> PayeeAccount:
    number = f"{held.lead.pk:09d}"
    held.act(deliver.propose_account, held.lead, holder="Harbour", bank_code=bank_code, account_number=number, by=held.signatory)
    account = PayeeAccount.objects.get(organisation=held.lead, ended_at=None)
    held.act(deliver.verify_account, account, by=held.maker)
    held.act(deliver.verify_account, account, by=held.checker)
    return account


def pay(held: Any, *releases: Release) -> PaymentRun:
    run = held.act(deliver.order_payment_run, releases or list(queries.unpaid_releases()), by=held.maker)
    held.act(deliver.check_payment_run, run, by=held.checker)
    for payment in Payment.objects.filter(run=run):
        held.act(deliver.settle_payment, payment, bank_reference="B1", by=held.finance)
    run.refresh_from_db()
    return run


def ready(held: Any, *, verified: int = 20_000_000_00, cost: int = 30_000_000_00) -> Any:
    """This will bring a NIFS case to the moment before its release."""
    open_account(held)
    reach(held, 1)
    bring(held, verified)
    claim(held, cost)
    return held


def test_a_nifs_case_is_claimed_released_and_paid(agree: Any) -> None:
    held = ready(agree.nifs())
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    run = pay(held)
    held.case.refresh_from_db()
    statement = balances.statement(held.case)
    assert run.state == "settled"
    assert (statement.total("paid", "HKD"), statement.total("due", "HKD"), statement.total("committed", "HKD")) == (10_000_000_00, 0, 0)
    assert (statement.matched("consumed", unit="HKD"), statement.matched("verified", unit="HKD")) == (20_000_000_00, 0)
    assert held.case.paid_cents == 10_000_000_00
    assert balances.envelope_state(held.envelope).cash["2025-26"].spent == 10_000_000_00


@pytest.mark.parametrize("days", [-1, 1])
def test_a_payment_is_made_between_the_day_it_was_sent_and_today(agree: Any, days: int) -> None:
    held = ready(agree.nifs())
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    run = held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker)
    held.act(deliver.check_payment_run, run, by=held.checker)
    with refused("not-paid-that-day"):
        settled_on = gather.local_day(held.at) + timedelta(days=days)
        held.act(deliver.settle_payment, run.payments.get(), settled_on=settled_on, by=held.finance)
    assert run.payments.get().state == "sent"


def test_nobody_judges_where_their_own_organisation_is_paid(agree: Any) -> None:
    held = agree.nifs()
    held.act(deliver.propose_account, held.lead, holder="Harbour", bank_code="004", account_number="123456789", by=held.signatory)
    account = PayeeAccount.objects.get(organisation=held.lead, ended_at=None)
    held.checker.memberships.create(organisation=held.lead, power="member", starts_at=held.at - timedelta(days=1), granted_by=held.checker)
    for judge in (deliver.verify_account, deliver.refuse_account):
        with refused("own-case"):
            held.act(judge, account, by=held.checker)


def test_more_than_a_case_has_is_refused_with_both_figures(agree: Any) -> None:
    with refused("not-enough-left") as told:
        gather.envelopes_of(agree.nifs().case, "due", 7_00, unit="HKD")
    assert told.value.values == {"asked_cents": 7_00, "left_cents": 0, "unit": "HKD"}


def test_a_shortfall_resizes_the_release_and_the_rest_follows(agree: Any) -> None:
    held = ready(agree.nifs(), verified=18_000_000_00)
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    first = Release.objects.get()
    assert (first.amount_cents, first.limited_by) == (9_000_000_00, "matching_carries")
    assert {"code": "release", "amount_cents": 9_000_000_00, "values": {}} in first.steps
    with refused("no-verified-matching"):
        held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    bring(held, 2_000_000_00)
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    assert Release.objects.latest("number").amount_cents == 1_000_000_00
    with refused("already-released"):
        held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)


def test_raise_plus_needs_its_second_stage_opened_and_counts_its_own_ratio(agree: Any) -> None:
    held = agree.raise_plus()
    open_account(held)
    bring(held, 4_000_000_00, sponsor=held.sponsor)
    bring(held, 5_000_000_00, form="in_kind")
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    assert Release.objects.latest("number").amount_cents == 10_000_000_00
    assert {drawn["kind"]: drawn["amount_cents"] for drawn in Release.objects.get().drawn} == {
        "in_kind": 2_500_000_00,
        "cash": 2_500_000_00,
    }
    with refused("stage-not-open"):
        held.act(deliver.release_instalment, held.case, instalment=3, by=held.finance)
    with refused("milestones-not-accepted"):
        held.act(deliver.release_instalment, held.case, instalment=2, by=held.finance)
    reach(held, 2)
    held.act(deliver.release_instalment, held.case, instalment=2, by=held.finance)
    # 1.5m cash is left beside 2.5m in kind: in kind may be half of all ever used, so 3m more counts, which carries 6m at 2:1.
    assert Release.objects.latest("number").amount_cents == 6_000_000_00


def test_lines_are_ruled_within_their_room_and_decided_by_a_second_person(agree: Any) -> None:
    held = agree.nifs()
    decided = claim(held, 200_000_00, 40_000_00, head="patents")
    assert (decided.allowed_cents, decided.payable_cents) == (240_000_00, 80_000_00)
    opened = deliver.open_claim(held.case, by=held.member, at=held.at)
    entry = deliver.LineEntry("patents", "Filing", 30_000_00, "Firm", "F9", date(2026, 1, 6), date(2026, 1, 7))
    deliver.save_claim(opened, lines=[entry], by=held.member, at=held.at)
    line = opened.lines.get()
    for kind in ("receipt", "payment_proof"):
        line = deliver.attach_proof(line, proof=kind, file=proof(f"again-{kind}"), by=held.member, at=held.at)
    held.act(deliver.submit_claim, opened, by=held.member)
    with refused("no-room"):
        held.act(deliver.rule_line, line, allowed_cents=30_000_00, by=held.officer)
    with refused("reason-needed"):
        held.act(deliver.rule_line, line, allowed_cents=10_000_00, by=held.officer)
    with refused("lines-not-ruled"):
        held.act(deliver.decide_claim, opened, by=held.finance)
    held.act(deliver.rule_line, line, allowed_cents=10_000_00, reason="over_unit_cap", by=held.officer)
    line.refresh_from_db()
    assert (line.outcome, line.clause, line.refused_cents) == ("reduced", "Guide 4.3", 20_000_00)
    with refused("not-found"):
        held.act(deliver.decide_claim, opened, by=held.officer)
    held.act(deliver.decide_claim, opened, by=held.finance)


def test_the_same_payment_is_evidence_once(agree: Any) -> None:
    one, other = agree.nifs(), agree.nifs()
    bring(one, 100, invoice="INV-7")
    with refused("proof-used"):
        bring(other, 100, invoice="INV-7")


def test_nobody_verifies_their_own_evidence_or_pays_their_own_order(agree: Any) -> None:
    held = ready(agree.nifs())
    held.maker.powers.create(power="finance_checker", starts_at=held.at, granted_by=held.maker)
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    run = held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker)
    with refused("maker-is-checker"):
        held.act(deliver.check_payment_run, run, by=held.maker)
    with refused("not-found"):
        held.act(deliver.check_payment_run, run, by=held.officer)


def test_a_changed_account_holds_payment(agree: Any) -> None:
    held = ready(agree.nifs())
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    run = held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker)
    held.act(deliver.propose_account, held.lead, holder="Thief", bank_code="012", account_number="99999999", by=held.signatory)
    with refused("run-changed"):
        held.act(deliver.check_payment_run, run, by=held.checker)
    held.act(deliver.cancel_payment_run, run, by=held.maker)
    with refused("account-not-verified"):
        held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker)


def test_a_run_needs_the_years_cash_and_a_rejected_payment_is_due_again(agree: Any) -> None:
    held = ready(agree.nifs())
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    with refused("no-envelope|cash-provision-overdrawn"):
        held.act(deliver.order_payment_run, list(queries.unpaid_releases()), pay_on=date(2026, 4, 2), by=held.maker)
    run = held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker)
    held.act(deliver.check_payment_run, run, by=held.checker)
    held.act(deliver.reject_payment, Payment.objects.get(), reason="AC04", by=held.finance)
    assert balances.statement(held.case).total("due", "HKD") == 10_000_000_00
    with refused("account-refused-by-bank"):
        pay(held)
    open_account(held, bank_code="012")
    assert pay(held).state == "settled"


def test_a_run_that_waits_is_paid_on_the_day_it_is_checked_and_not_once_its_year_is_over(agree: Any) -> None:
    held = ready(agree.nifs())
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    run = held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker)
    ordered_for = run.pay_on
    new_year, later = datetime(2026, 4, 1, 3, tzinfo=UTC), held.at + timedelta(days=2)
    with refused("year-over"):
        deliver.check_payment_run(run, by=held.checker, at=new_year, command=uuid.uuid4())
    assert balances.envelope_state(held.envelope).cash["2025-26"].spent == 0
    checked = deliver.check_payment_run(run, by=held.checker, at=later, command=uuid.uuid4())
    assert ordered_for < checked.pay_on == PaymentRun.objects.get().pay_on == later.date()
    # Rejected once the year is over: due again, and the old year's cash is left for the night to lapse.
    deliver.reject_payment(Payment.objects.get(), reason="MS03", by=held.finance, at=new_year, command=uuid.uuid4())
    assert balances.statement(held.case).total("due", "HKD") == 10_000_000_00
    assert balances.envelope_state(held.envelope).cash["2025-26"].available > 0


def test_everything_twice_has_one_effect(agree: Any) -> None:
    held = ready(agree.nifs())
    click = uuid.uuid4()
    for _ in range(2):
        held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance, command=click)
    assert Release.objects.count() == 1
    ordered, waiting, check = uuid.uuid4(), list(queries.unpaid_releases()), uuid.uuid4()
    runs = [held.act(deliver.order_payment_run, waiting, by=held.maker, command=ordered) for _ in range(2)]
    assert runs[0].pk == runs[1].pk
    with refused("already-in-a-run"):
        held.act(deliver.order_payment_run, waiting, by=held.maker)
    for _ in range(2):
        held.act(deliver.check_payment_run, runs[0], by=held.checker, command=check)
    with refused("run-not-waiting"):
        held.act(deliver.check_payment_run, runs[0], by=held.checker)
    payment, settle = Payment.objects.get(), uuid.uuid4()
    for _ in range(2):
        held.act(deliver.settle_payment, payment, by=held.finance, command=settle)
    assert balances.statement(held.case).total("paid", "HKD") == 10_000_000_00


@pytest.mark.parametrize("step", ["release", "order", "check", "settle"])
def test_what_dies_before_its_end_has_done_nothing(agree: Any, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    held = ready(agree.nifs())
    steps: dict[str, Callable[[], Any]] = {
        "release": lambda: held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance),
        "order": lambda: held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker),
        "check": lambda: held.act(deliver.check_payment_run, PaymentRun.objects.get(), by=held.checker),
        "settle": lambda: held.act(deliver.settle_payment, Payment.objects.get(), by=held.finance),
    }
    for name, act in steps.items():
        if name == step:
            break
        act()
    before = _everything(held)
    with monkeypatch.context() as dying:
        dying.setattr(timeline, "record", _die)
        with pytest.raises(ConnectionAbortedError):
            steps[step]()
    assert _everything(held) == before
    steps[step]()
    assert _everything(held) != before


def _die(*_given: Any, **_named: Any) -> None:
    raise ConnectionAbortedError


def _everything(held: Any) -> Any:
    rows = [list(model.objects.order_by("pk").values()) for model in (Release, PaymentRun, Payment, Event)]
    return rows, balances.trial_balance(), type(held.case).objects.get(pk=held.case.pk).paid_cents


def test_thirty_two_racing_releases_have_one_effect(agree: Any) -> None:
    held = ready(agree.nifs())
    results = racing.race(
        [lambda: deliver.release_instalment(held.case, instalment=1, by=held.finance, at=held.at, command=uuid.uuid4())] * 32
    )
    assert sorted(results) == ["already-released"] * 31 + ["done"]
    assert Release.objects.count() == 1
    waiting = list(queries.unpaid_releases())
    results = racing.race([lambda: deliver.order_payment_run(waiting, by=held.maker, at=held.at, command=uuid.uuid4())] * 16)
    assert results.count("done") == 1
    run = PaymentRun.objects.get()
    click = uuid.uuid4()
    results = racing.race([lambda: deliver.check_payment_run(run, by=held.checker, at=held.at, command=click)] * 16)
    assert results == ["done"] * 16
    assert balances.statement(held.case).total("paid", "HKD") == 10_000_000_00


def open_centre(held: Any, year: str = "2025-26") -> tuple[Resource, Envelope]:
    """This will put 5,000 GPU-hours into an envelope of their own, to be used within a year."""
    with transaction.atomic(durable=True):
        centre = facilities.open_resource(
            "aisc", names={"en": "AI Supercomputing Centre"}, unit="GPU-hour", fund="aiss", scheme="aiss", at=held.at
        )
        event = timeline.reserve_id()
        envelope = ledger.envelope("aiss", "aiss", "GPU-hour")
        ledger.appropriate(envelope, 5000, event=event, on=held.at.date(), at=held.at)
        ledger.provide_cash(envelope, year, 5000, event=event, on=held.at.date(), at=held.at)
        timeline.record("offer_accepted", command=uuid.uuid4(), by=held.authority, at=held.at, event_id=event, fund="aiss", facts={})
    return centre, envelope


def test_hours_go_through_the_same_books(agree: Any) -> None:
    held = agree.nifs()
    centre, envelope = open_centre(held)
    span = {"starts_on": date(2026, 3, 1), "ends_before": date(2026, 4, 1)}
    held.act(deliver.grant_hours, held.case, resource=centre, hours=4000, by=held.officer, **span)
    with refused("envelope-overdrawn"):
        held.act(deliver.grant_hours, held.case, resource=centre, hours=4000, by=held.officer, **span)
    allocation = Allocation.objects.get()
    for _ in range(2):
        held.act(deliver.record_hours, allocation, hours=120, used_on=date(2026, 3, 2), source_key="j1", by=held.officer)
    with refused("allocation-short"):
        held.act(deliver.record_hours, allocation, hours=3881, used_on=date(2026, 3, 2), source_key="j2", by=held.officer)
    held.act(deliver.return_hours, allocation, by=held.officer)
    statement = balances.statement(held.case)
    assert (statement.total("paid", "GPU-hour"), statement.total("committed", "GPU-hour")) == (120, 0)
    assert balances.available(envelope) == 4880
