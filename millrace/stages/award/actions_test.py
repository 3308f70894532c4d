"""Proves the award: within the limit, within the rules, within the envelope, once — e.g. two authorities on the last HK$15m."""

import uuid
from datetime import timedelta

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Verdict
from millrace.registers.ledger import queries as ledger
from millrace.registers.messages.models import Letter
from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import Company
from millrace.stages.assess.conftest import Story
from millrace.stages.award import actions, queries
from millrace.stages.award.conftest import ENVELOPE, Award
from millrace.stages.award.models import Decision, Offer
from millrace.testing import racing

ASKED = 10_000_000_00


def refusal(call, *given, **named):
    with pytest.raises(Refusal) as no:
        call(*given, **named)
    return no.value


def test_an_approval_reserves_decides_and_offers_in_one(award):
    event = award.decide()
    case = award.story.now()
    assert (case.status, case.approved_cents) == ("approved", ASKED)
    assert ledger.available(ENVELOPE) == 5_000_000_00
    assert ledger.statement(case).total("reserved", "HKD") == ASKED
    assert event.sheet == {"status": "approved", "approved_on": event.happened_on.isoformat(), "approved_cents": ASKED}
    offer = queries.offer_for(case)
    assert offer.lapses_on == event.happened_on + timedelta(days=30)
    assert "HK$10,000,000" in offer.letter.body and "On completion: Line runs" in offer.agreement.body
    assert event.facts["letters"] == [offer.letter.sha256, offer.agreement.sha256]
    assert Verdict.objects.filter(case=case, purpose="approval").count() == 1


def test_a_second_click_approves_once(award):
    command = uuid.uuid4()
    first = award.decide(command=command)
    assert award.decide(command=command).pk == first.pk
    assert ledger.statement(award.case).total("reserved", "HKD") == ASKED
    assert refusal(award.decide).code == "not-now"
    assert Decision.objects.count() == Offer.objects.count() == 1


def test_an_approval_that_would_overdraw_is_refused_with_the_figures(award):
    other = Award(_another(award.story).to_recommended())
    award.decide()
    no = refusal(other.decide)
    assert no.code == "envelope-overdrawn"
    assert (no.values["available_cents"], no.values["asked_cents"]) == (5_000_000_00, ASKED)
    assert other.story.now().status == "recommended"
    assert (
        not Decision.objects.filter(case=other.case).exists()
        and not Letter.objects.filter(case=other.case).exclude(kind="receipt").exists()
    )


def _another(story):
    """Another company's application, with the same people of the funder."""
    company = Company(story.make)
    case = company.draft(at=story.at)
    company.submit(case, at=story.at)
    case.refresh_from_db()
    return Story(story.make, company, case, story.at, story.people)


def test_two_authorities_at_once_do_not_spend_the_same_money(award):
    other = Award(_another(award.story).to_recommended())
    second = award.story.make.person("Deputy", powers=("authority",), at=award.story.at)
    answers = racing.together([lambda: award.decide().kind, lambda: other.decide(by=second).kind])
    assert sorted(answers) == ["decision_made", "envelope-overdrawn"]
    assert ledger.available(ENVELOPE) == 5_000_000_00


def test_the_limit_the_rules_and_the_request_are_kept(award):
    power = award.story.authority.powers.get()
    power.limit_cents = ASKED - 1
    power.save()
    assert refusal(award.decide).code == "above-limit"
    power.limit_cents = None
    power.save()
    assert refusal(award.decide).code == "no-limit"
    power.limit_cents = 10**12
    power.save()
    assert refusal(award.decide, amount_cents=ASKED + 1).code == "above-rules"
    assert ledger.available(ENVELOPE) == 15_000_000_00


def test_who_advised_does_not_decide(award):
    for adviser in (award.story.officer, award.story.secretary, award.story.members[0]):
        adviser.powers.create(power="authority", limit_cents=10**12, starts_at=award.story.at, granted_by=award.story.officer)
        assert refusal(award.decide, by=adviser).code == "own-recommendation"
        assert refusal(award.decide, "refused", by=adviser).code == "own-recommendation"


def test_a_refusal_gives_reasons_by_clause_in_the_applicants_language(award):
    award.case.opened_by.language = "zh-hant"
    award.case.opened_by.save()
    assert refusal(award.decide, "refused").code == "no-reason"
    award.decide("refused", reasons=["one-to-two", "budget"])
    assert award.story.now().status == "refused"
    letter = Letter.objects.get(kind="refused")
    assert letter.language == "zh_hant"
    assert "- 資助比例: 政府與企業按一比二配對出資" in letter.body and "- 預算的合理程度" in letter.body
    assert Decision.objects.get().reasons == [{"reason": "one-to-two", "clause": "Funding ratio"}, {"reason": "budget", "clause": ""}]


def test_acceptance_commits_pledges_and_fixes_the_terms(award):
    award.decide()
    assert refusal(award.accept, by=award.story.company.writer).status == 404
    event = award.accept()
    case = award.story.now()
    statement = ledger.statement(case)
    assert (case.status, statement.total("reserved", "HKD"), statement.total("committed", "HKD")) == ("in_force", 0, ASKED)
    assert statement.matched("pledged", unit="HKD") == 20_000_000_00
    agreed = queries.terms_of(case, event.happened_on)
    assert agreed.grant_cents == ASKED and agreed.starts_on == event.happened_on
    assert queries.terms_of(case, event.happened_on - timedelta(days=1)) is None
    assert queries.milestone_titles(case, event.happened_on) == {1: "Line runs"}
    assert refusal(award.accept).code == "no-open-offer"


def test_a_declined_offer_gives_the_money_back(award):
    award.decide()
    signatory, command = award.story.company.signatory, uuid.uuid4()
    event = actions.decline_offer(award.case, remarks="Other plans", by=signatory, at=award.story.tick(), command=command)
    assert award.story.now().status == "declined"
    assert ledger.available(ENVELOPE) == 15_000_000_00
    assert "Other plans" not in event.body
    assert Letter.objects.filter(kind="declined").count() == 1


def test_an_offer_lapses_after_its_last_day_and_not_on_it(award, make):
    award.decide()
    system = make.system()
    assert actions.lapse_offers(system, at=award.story.tick(30)) == 0
    assert actions.lapse_offers(system, at=award.story.tick()) == 1
    assert award.story.now().status == "lapsed"
    assert ledger.available(ENVELOPE) == 15_000_000_00
    assert refusal(award.accept).code == "no-open-offer"
    assert Event.objects.filter(kind="offer_lapsed").get().by == system


def test_on_a_late_click_the_offer_is_gone(award):
    award.decide()
    award.story.tick(31)
    assert refusal(award.accept).code == "offer-too-late"


def test_nifs_has_no_second_stage(award):
    award.decide()
    award.accept()
    no = refusal(actions.open_stage, award.case, by=award.story.authority, at=award.story.tick(), command=uuid.uuid4())
    assert no.code == "no-such-stage"
