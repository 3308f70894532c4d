"""Carries a real NIFS award from its accepted offer to its final account — e.g. the letters of payment and closing, in Chinese."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.messages.models import Letter
from millrace.registers.timeline.models import Event
from millrace.stages.award import heads
from millrace.stages.award import queries as award_queries
from millrace.stages.close import actions as close
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import ClaimLine, Evidence, PayeeAccount, Payment, Release

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def proof(name: str) -> deliver.File:
    return deliver.File(f"{name}.pdf", PDF.replace(b"Catalog>>", b"Catalog/N(" + name.encode() + b")>>"))


class Delivery:
    """An accepted NIFS award and the people who handle its money."""

    def __init__(self, award: Any) -> None:
        award.decide()
        award.accept()
        self.story, self.case = award.story, award.story.now()
        self.terms = award_queries.terms_of(self.case, gather.local_day(self.story.at))
        self.signatory, self.officer = self.story.company.signatory, self.story.officer
        self.writer = self.story.make.member(self.case.lead, "member", at=self.story.at - timedelta(days=900))
        powers = ("finance", "finance_maker", "finance_checker")
        self.finance, self.maker, self.checker = (self.story.person(power, power) for power in powers)

    def act(self, action: Any, subject: Any, *, by: Any, **fields: Any) -> Any:
        return action(subject, by=by, at=self.story.tick(), command=uuid.uuid4(), **fields)

    def provide(self, cents: int) -> None:
        """This will put the year's cash beside the envelope."""
        event = Event.objects.filter(case=self.case).latest("id")
        envelope = ledger.Envelope("itf-nifs", "nifs", "HKD")
        year = gather.year_of(gather.local_day(self.story.at))
        ledger.provide_cash(envelope, year, cents, event=event.pk, on=gather.local_day(self.story.at), at=self.story.at)

    def deliver(self, cost: int, matching: int) -> None:
        """This will bring the case to the moment before its release."""
        self.act(deliver.report_milestone, self.case, by=self.writer, milestone=1, file=proof("runs"))
        fields = {"form": "cash", "amount_cents": matching, "payee": "Tools", "invoice": "T-1", "file": proof("bank")}
        paid_on = self.story.at.date()
        self.act(deliver.record_matching, self.case, by=self.writer, sponsor=self.case.lead, paid_on=paid_on, **fields)
        for evidence in Evidence.objects.filter(case=self.case):
            self.act(deliver.verify_evidence, evidence, by=self.officer)
        claim = deliver.open_claim(self.case, by=self.writer, at=self.story.tick())
        day, head = self.story.at.date(), self.terms.heads[0].code
        deliver.save_claim(claim, lines=[deliver.LineEntry(head, "Line", cost, "S", "I", day, day)], by=self.writer, at=self.story.at)
        line = ClaimLine.objects.get()
        for kind in ("receipt", "payment_proof"):
            line = deliver.attach_proof(line, proof=kind, file=proof(kind), by=self.writer, at=self.story.at)
        self.act(deliver.submit_claim, claim, by=self.writer)
        self.act(deliver.rule_line, line, by=self.officer, allowed_cents=cost)
        self.act(deliver.decide_claim, claim, by=self.finance)
        self.act(deliver.propose_account, self.case.lead, by=self.signatory, holder="H", bank_code="004", account_number="123456789")
        for person in (self.maker, self.checker):
            self.act(deliver.verify_account, PayeeAccount.objects.get(), by=person)

    def pay(self) -> None:
        self.act(deliver.release_instalment, self.case, by=self.finance, instalment=1)
        self.provide(20_000_000_00)
        run = self.act(deliver.order_payment_run, list(Release.objects.all()), by=self.maker)
        self.act(deliver.check_payment_run, run, by=self.checker)
        self.act(deliver.settle_payment, Payment.objects.get(), by=self.finance, bank_reference="HSBC-1")


def test_a_nifs_award_is_paid_on_completion_and_closed_with_its_letters(award: Any) -> None:
    held = Delivery(award)
    head = held.terms.heads[0]
    held.deliver(head.approved_cents, 18_000_000_00)
    held.pay()
    with pytest.raises(Refusal) as refused:
        held.act(close.close_case, held.case, by=held.officer)
    assert refused.value.code == "equipment-not-entered"
    told = {"item": "Line", "serial_number": "S", "place": "Yuen Long", "custodian": "Manager", "cost_cents": head.approved_cents}
    held.act(deliver.register_equipment, ClaimLine.objects.get(), by=held.writer, **told)
    earned = min(head.approved_cents // 3, 9_000_000_00, held.terms.grant_cents)
    statement = balances.statement(held.case)
    assert statement.total("paid", "HKD") == earned == statement.matched("consumed", unit="HKD") // 2
    advice = Letter.objects.get(kind="payment_advice")
    assert f"{earned // 100:,}" in advice.body
    held.act(close.close_case, held.case, by=held.officer)
    letter = Letter.objects.get(kind="closing")
    assert f"{earned // 100:,}" in letter.body and letter.language == held.case.opened_by.language.replace("-", "_").lower()
    event = Event.objects.get(kind="case_closed")
    assert event.sheet == {"status": "closed", "completed_on": str(event.happened_on), "committed_cents": earned}
    assert statement.total("committed", "HKD") + earned == held.terms.grant_cents


def test_heads_are_named_in_the_schemes_own_words(award: Any) -> None:
    held = Delivery(award)
    assert heads.words_of(held.case)["machinery"].startswith("Machinery")
