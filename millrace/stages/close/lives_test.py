"""Lives cases in any order — evidence, claims, changes, releases, payments, recovery, endings — e.g. a refund after a reopened termination.

Whatever is tried, refused or done: no balance is negative, money is conserved, nothing is released without its matching, and the
timeline replayed gives the same books to the cent.
"""

import contextlib
import random
import uuid
from collections import defaultdict
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.core import bank_status_test as bank
from millrace.core import changes
from millrace.core.refusal import Refusal
from millrace.registers.documents.models import Document
from millrace.registers.ledger import kept_days, verify
from millrace.registers.ledger import queries as balances
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.award import queries as award
from millrace.stages.close import actions as close
from millrace.stages.close.refunds_test import refund, taken_back
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.keeping_test import agrees, keep, tell
from millrace.stages.deliver.models import ChangeRequest, Claim, ClaimLine, Evidence, PayeeAccount, Payment, PaymentRun, Release, Unpaid
from millrace.stages.deliver.recovery_orders_test import OWING, SETTLED, Owing
from millrace.stages.deliver.recovery_test import files, holds, rates  # noqa: F401  # fixtures are found by name in this module
from millrace.stages.deliver.watched_lives_test import AUDITED, MONTHLY, PAID, SEEN, WATCHED, Watched, watched

pytestmark = pytest.mark.usefixtures("rates")
MILLION = 1_000_000_00
# How often each is tried: what earns and pays much more often than what ends a case.
WEIGHTS = {
    "bring": 6,
    "bring in kind": 2,
    "verify": 10,
    "reject evidence": 1,
    "report": 4,
    "rate": 2,
    "ask advance": 3,
    "claim": 5,
    "rule": 6,
    "decide": 5,
    "release": 9,
    "confirm account": 3,
    "order": 6,
    "check": 6,
    "settle": 6,
    "reject": 1,
    "answer": 4,
    "bank returns": 1,
    "cancel": 1,
    "ask change": 6,
    "advise change": 5,
    "decide change": 6,
    "withdraw change": 1,
    "lift": 4,
    "refund": 1,
    **OWING,
    **WATCHED,
    **AUDITED,
    "open stage": 2,
    "settle stage": 4,
    "account": 1,
    "close": 3,
    "terminate": 1,
    "reopen": 4,
}
ENDINGS = ("close", "terminate")
STEPS_COUNT, OWING_COUNT = 180, 40
KINDS = ("nifs", "raise_plus", "advanced")
# What all lives of the long run together must have seen, so that none of it is only ever refused.
TOLD = frozenset(SETTLED) | {"evidence_verified", "evidence_rejected", "exchange_rate_recorded", "advance_requested", "claim_decided"}
TOLD |= {"instalment_released", "payment_settled", "payment_rejected", "payment_returned", "payment_cancelled", "change_requested"}
TOLD |= {"change_approved", "change_refused", "change_withdrawn", "suspension_lifted", "stage_settled", "repayment_settled"}
TOLD |= {"refund_taken_back"} | SEEN


def lived(seed: int) -> list[tuple[str, int, int]]:
    """This will draw a life: what is tried, an amount and a choice, each read against whatever stands at that point."""
    chance = random.Random(seed)
    tried = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=STEPS_COUNT)
    # An ending gives all back: before the last third it would leave nothing to live for.
    tried = [what if what not in ENDINGS or n > STEPS_COUNT * 2 / 3 else "release" for n, what in enumerate(tried)]
    # Last what only a life that was paid has: debts, and what is paid too much of them and back. Few lives come to it on their way.
    later = random.Random(f"{seed}, owing")
    owing = OWING | AUDITED
    return _drawn(tried, chance) + _drawn(later.choices(list(owing), list(owing.values()), k=OWING_COUNT), later)


def begun_paid(seed: int) -> list[tuple[str, int, int]]:
    """This will be a life of as many acts as any, two in five of which begin paid."""
    drawn = lived(seed)
    return [*PAID, *drawn[len(PAID) :]] if seed % 5 < 2 else drawn


def _drawn(tried: list[str], chance: random.Random) -> list[tuple[str, int, int]]:
    return [(what, chance.choice([chance.randint(1, 12 * MILLION), 12 * MILLION]), chance.randint(0, 5)) for what in tried]


class Life(Owing, Watched):
    """One case and what may be tried with it."""

    def __init__(self, held: Any) -> None:
        self.held, self.is_staged = held, len(held.terms.stages) > 1
        self.watch(held.make)
        state = balances.envelope_state(held.envelope)
        self.voted, self.document = state.voted, _a_document(held)

    def attempt(self, what: str, amount: int, choice: int) -> None:
        """This will try one thing; a refusal is an answer like any other."""
        with contextlib.suppress(Refusal):
            if what in ("owe", "confirm debt"):
                self.note_grounds()
            getattr(self, what.replace(" ", "_"))(amount, choice)
        if amount % 16 == 0:
            keep(self.held)

    def bring(self, amount: int, choice: int, form: str = "cash") -> None:
        held = self.held
        sponsor = held.sponsor if choice % 2 else held.lead
        fields = {"sponsor": sponsor, "form": form, "amount_cents": amount, "paid_on": date(2026, 3, 1), "file": None}
        names = {"payee": "P", "invoice": uuid.uuid4().hex, "valuation": "hours × rate"}
        held.act(deliver.record_matching, held.case, **fields, **names, by=held.member)

    def bring_in_kind(self, amount: int, choice: int) -> None:
        self.bring(amount, choice, "in_kind")

    def verify(self, amount: int, choice: int) -> None:
        waiting = Evidence.objects.filter(case=self.held.case, state="recorded").order_by("number").first()
        if waiting:
            part = None if choice else min(amount, waiting.amount_cents)
            self.held.act(deliver.verify_evidence, waiting, verified_cents=part, note="checked", by=self.held.officer)

    def reject_evidence(self, _amount: int, _choice: int) -> None:
        for waiting in Evidence.objects.filter(case=self.held.case, state="recorded").order_by("number")[:1]:
            self.held.act(deliver.verify_evidence, waiting, is_accepted=False, note="not proved", by=self.held.officer)

    def rate(self, _amount: int, choice: int) -> None:
        how = {"unit": "HKD", "on": date(2026, 1, 5), "millionths": 7_800_000 + choice, "source": "Monthly bulletin"}
        self.held.act(deliver.record_rate, "USD", **how, by=self.held.finance)

    def ask_advance(self, amount: int, choice: int) -> None:
        number = self.held.terms.instalments[choice % len(self.held.terms.instalments)].number
        self.held.act(deliver.request_advance, self.held.case, instalment=number, amount_cents=amount, by=self.held.member)

    def report(self, _amount: int, choice: int) -> None:
        milestones = self.held.terms.milestones
        number = milestones[choice % len(milestones)].number
        self.held.act(deliver.report_milestone, self.held.case, milestone=number, file=None, by=self.held.member)

    def claim(self, amount: int, choice: int) -> None:
        held = self.held
        heads = [head.code for head in held.terms.heads if head.code != MONTHLY.code] * 3 + ["unknown"]
        opened = deliver.open_claim(held.case, by=held.member, at=held.at)
        if opened.state == "draft":
            day = date(2026, 1, 5)
            lines = [deliver.LineEntry(heads[(choice + n) % len(heads)], f"I{n}", amount + n, "S", "", day, day) for n in range(2)]
            if choice % 3 == 2:
                lines.append(deliver.LineEntry(heads[choice % len(heads)], "Abroad", amount // 9, "S", "", day, day, currency="USD"))
            deliver.save_claim(opened, lines=lines, by=held.member, at=held.at)
            # The proofs themselves are tested elsewhere: here a line has them or, for choice 0, has not.
            if choice:
                for line in opened.lines.all():
                    line.receipt_sha256 = uuid.uuid4().hex
                    line.payment_proof = self.document
                    line.save()
            held.act(deliver.submit_claim, opened, by=held.member)

    def rule(self, amount: int, choice: int) -> None:
        held = self.held
        for line in ClaimLine.objects.filter(claim__case=held.case, claim__state="submitted"):
            allowed = line.claimed_cents if choice % 2 else min(amount, line.claimed_cents)
            for wanted in (allowed, 0):
                with contextlib.suppress(Refusal):
                    held.act(deliver.rule_line, line, allowed_cents=wanted, reason="ineligible_item", by=held.officer)
                    break

    def decide(self, _amount: int, _choice: int) -> None:
        for claim in Claim.objects.filter(case=self.held.case, state="submitted"):
            self.held.act(deliver.decide_claim, claim, by=self.held.finance)

    def ask_change(self, amount: int, choice: int) -> None:
        held, kind = self.held, changes.KINDS[amount % len(changes.KINDS)]
        asked: dict[str, dict[str, Any]] = {
            changes.TIME_EXTENSION: {"ends_before": f"2031-0{1 + choice}-01"},
            changes.BUDGET_VIREMENT: {"heads": self._virement(amount // 10)},
            changes.PARTNER_CHANGE: {"leaves": held.sponsor.pk, "joins": held.sponsor.pk if choice else held.lead.pk},
            changes.SCOPE: {"grant_cents": self.terms.grant_cents + (amount if choice == 1 else -amount) // 4},
        }
        if kind == changes.SCOPE and choice == 1:
            asked[kind] |= {"pledge_cents": 3 * amount, "pledger": held.lead.pk}
        by = held.officer if kind == changes.SUSPENSION else held.member
        opened = deliver.open_change(held.case, kind=kind, by=by, at=held.at)
        deliver.save_change(opened, wish=deliver.Wish("It is needed.", "As told.", asked.get(kind, {})), by=by, at=held.at)
        held.act(deliver.submit_change, opened, by=by)

    def _virement(self, amount: int) -> dict[str, int]:
        """From the first head to the second, whole new amounts of both."""
        source, target = self.terms.heads[:2]
        return {source.code: max(0, source.approved_cents - amount), target.code: target.approved_cents + amount}

    def _changes(self) -> list[ChangeRequest]:
        return list(ChangeRequest.objects.filter(case=self.held.case, state="submitted").order_by("number"))

    def advise_change(self, _amount: int, choice: int) -> None:
        for change in self._changes():
            advice = "support" if choice else "against"
            self.held.act(deliver.advise_change, change, advice=advice, note="Looked at.", by=self.held.officer)

    def decide_change(self, _amount: int, choice: int) -> None:
        for change in self._changes():
            self.held.act(deliver.decide_change, change, is_approved=choice > 0, note="Decided.", by=self.held.authority)

    def withdraw_change(self, _amount: int, _choice: int) -> None:
        for change in self._changes():
            self.held.act(deliver.withdraw_change, change, by=self.held.member)

    def lift(self, _amount: int, _choice: int) -> None:
        self.held.act(deliver.lift_suspension, self.held.case, note="Settled.", by=self.held.authority)

    def release(self, _amount: int, choice: int) -> None:
        number = self.held.terms.instalments[choice % len(self.held.terms.instalments)].number
        with self.gated():
            self.held.act(deliver.release_instalment, self.held.case, instalment=number, by=self.held.finance)

    def open_stage(self, _amount: int, _choice: int) -> None:
        if self.is_staged:
            type(self.held.case).objects.filter(pk=self.held.case.pk).update(stage_number=2)
            self.held.act(tell, self.held.case, kind="stage_opened", by=self.held.authority)

    def settle_stage(self, _amount: int, _choice: int) -> None:
        self.held.act(deliver.settle_stage, self.held.case, stage=1, by=self.held.finance)

    def account(self, amount: int, _choice: int) -> None:
        number = f"{amount:09d}"
        self.held.act(deliver.propose_account, self.held.lead, holder="H", bank_code="004", account_number=number, by=self.held.signatory)

    def confirm_account(self, _amount: int, _choice: int) -> None:
        for account in PayeeAccount.objects.filter(organisation=self.held.lead, ended_at=None):
            for person in (self.held.maker, self.held.checker):
                self.held.act(deliver.verify_account, account, by=person)

    def order(self, _amount: int, _choice: int) -> None:
        self.held.act(deliver.order_payment_run, list(Release.objects.filter(case=self.held.case)), by=self.held.maker)
        for release in Release.objects.filter(case=self.held.case):
            self.held.act(deliver.order_payment_run, [release], by=self.held.maker)

    def _runs(self, state: str) -> list[PaymentRun]:
        return list(PaymentRun.objects.filter(state=state, payments__case=self.held.case).distinct())

    def check(self, _amount: int, _choice: int) -> None:
        for run in self._runs("ordered"):
            self.held.act(deliver.check_payment_run, run, by=self.held.checker)

    def cancel(self, _amount: int, _choice: int) -> None:
        for run in self._runs("ordered"):
            self.held.act(deliver.cancel_payment_run, run, by=self.held.maker)

    def settle(self, _amount: int, _choice: int) -> None:
        for payment in Payment.objects.filter(case=self.held.case, state="sent"):
            self.held.act(deliver.settle_payment, payment, by=self.held.finance)

    def reject(self, _amount: int, _choice: int) -> None:
        for payment in Payment.objects.filter(case=self.held.case, state="sent")[:1]:
            self.held.act(deliver.reject_payment, payment, reason="AC04", by=self.held.finance)

    def bank_returns(self, _amount: int, choice: int) -> None:
        for payment in Payment.objects.filter(case=self.held.case, state="settled")[:1]:
            came = {"reason": "AM04" if choice else "AC04", "returned_on": self.held.at.date(), "bank_reference": f"BACK-{payment.pk}"}
            self.held.act(deliver.record_returned_payment, payment, **came, by=self.held.finance)

    def answer(self, amount: int, choice: int) -> None:
        """The bank's file: each payment accepted, settled or rejected — or, now and then, a file that is not its answer at all."""
        for run in self._runs("checked"):
            words = [
                bank.transaction(payment.end_to_end, ("ACSC", "ACSP", "RJCT")[(choice + n) % 3], "AC04" if (choice + n) % 3 == 2 else "")
                for n, payment in enumerate(run.payments.order_by("pk"))
            ]
            original = run.reference if amount % 9 else "R20200101-ANOTHER1"
            content = bank.file(*words, original=original, message=uuid.uuid4().hex)
            self.held.act(deliver.read_status_file, run, content=content, by=self.held.finance)

    def refund(self, amount: int, choice: int) -> None:
        is_wrong = choice % 2 == 1
        refund(self.held, amount // 100 + 1 if is_wrong else amount, bank_reference=uuid.uuid4().hex)
        if is_wrong:
            taken_back(self.held)

    def close(self, _amount: int, _choice: int) -> None:
        self.held.act(close.close_case, self.held.case, by=self.held.officer)

    def terminate(self, _amount: int, _choice: int) -> None:
        self.held.act(close.terminate_case, self.held.case, reason="mutual", by=self.held.authority)

    def reopen(self, _amount: int, _choice: int) -> None:
        self.held.act(close.reopen_case, self.held.case, reason="late_evidence", by=self.held.authority)

    @property
    def terms(self) -> Any:
        """The terms as they stand now, after every change agreed."""
        return award.terms_of(self.held.case, self.held.at.date())

    def hold(self) -> None:
        """This will hold the books, the rows and the ratios against one another."""
        held, unit = self.held, self.held.terms.unit
        held.case.refresh_from_db()
        books = balances.trial_balance()
        assert all(amount >= 0 for account, amount in books.items() if not account.may_be_negative)
        assert sum(books.values()) == 0
        statement, state = balances.statement(held.case), balances.envelope_state(held.envelope)
        assert state.available + state.reserved + state.committed + state.due + state.paid == self.voted
        released = list(Release.objects.filter(case=held.case))
        standing = statement.total("due", unit) + statement.total("paid", unit) + statement.total("returned", unit)
        assert sum(one.amount_cents for one in released) == standing <= self.terms.grant_cents
        self._holds_ratios(released, statement)
        for claim in Claim.objects.filter(case=held.case, state="decided"):
            assert claim.allowed_cents + claim.refused_cents == claim.claimed_cents
        settled = sum(payment.amount_cents for payment in Payment.objects.filter(case=held.case, state="settled", receipt=None))
        kept_back = self.kept_back()
        assert held.case.paid_cents == settled + sum(kept_back.values()) - statement.total("returned", unit)
        holds(held.case, held.at.date())
        agrees(held.case, held.at.date())
        self.hold_months()
        self.hold_grounds()
        payments = Payment.objects.filter(case=held.case, receipt=None).exclude(state__in=Payment.UNDONE)
        waiting = set(Unpaid.objects.filter(release__case=held.case).values_list("release", flat=True))
        unpaid = {one.pk for one in released if one.amount_cents > kept_back.get(one.pk, 0)}
        assert waiting == unpaid - set(payments.values_list("release", flat=True))

    def _holds_ratios(self, released: list[Release], statement: Any) -> None:
        used: dict[str, int] = defaultdict(int)
        for one in released:
            stage = self.terms.stage(one.stage_number)
            assert one.amount_cents * stage.ratio.matching <= one.matching_cents * stage.ratio.grant
            assert sum(drawn["amount_cents"] for drawn in one.drawn) == one.matching_cents
            for drawn in one.drawn:
                used[drawn["kind"]] += drawn["amount_cents"]
        share = self.held.terms.stages[0].in_kind_share
        assert used["in_kind"] * share.denominator <= sum(used.values()) * share.numerator
        assert statement.matched("consumed", form="cash", unit="HKD") == used["cash"]
        assert statement.matched("consumed", form="in_kind", unit="HKD") == used["in_kind"]


def begun(agree: Any, kind: str) -> Any:
    """This will make a case in force, and a second person of finance beside who handles it."""
    held = watched(getattr(agree, kind)())
    held.second, held.make = agree.make.person(powers=("finance",)), agree.make
    return held


def live(held: Any, seed: int) -> None:
    """This will live one case and hold its books at the end."""
    life = Life(held)
    for step in [("account", held.case.pk, 1), ("confirm_account", held.case.pk, 1), *begun_paid(seed)]:
        life.attempt(*step)
    life.hold()


def replay(at: datetime) -> None:
    """This will verify the books and make them again from the timeline: the same to the cent."""
    sealer.seal(at)
    kept_days.keep_days(step=5)
    part = verify.verify()
    assert part.is_whole, part.findings
    assert verify.replayed() == {account: amount for account, amount in balances.trial_balance().items() if amount}


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 10**9))
def test_no_order_of_events_breaks_the_books(agree: Any, kind: str, seed: int) -> None:
    held = begun(agree, kind)
    live(held, seed)
    replay(held.at)


@pytest.mark.prove
def test_many_lives_do_all_there_is_to_do_and_break_nothing(agree: Any) -> None:
    for seed in range(60):
        held = begun(agree, KINDS[seed % len(KINDS)])
        live(held, seed)
        if seed % 20 == 19:
            replay(held.at)
    assert TOLD - set(Event.objects.values_list("kind", flat=True)) == set()


def _a_document(held: Any) -> Any:
    return Document.objects.create(
        case=held.case, place="claim", name="p.pdf", kind="pdf", media_type="application/pdf", byte_count=1, sha256="0" * 64,
        uploaded_at=held.at, uploaded_by=held.member,
    )  # fmt: skip
