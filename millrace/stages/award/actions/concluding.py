"""Carries out a decision, whoever took it: an approval is reserved and offered, a refusal told with its reasons — e.g. HK$10m of NIFS.

The authority and a committee that decides itself both end here, so that letters, ledger and timeline say the same of both.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.core.rules.verdict import Verdict
from millrace.registers.cases.models import Case
from millrace.registers.ledger import actions as ledger
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import terms
from millrace.stages.assess import delegated, guard, judging, post
from millrace.stages.award import agreements
from millrace.stages.award.models import Decision, Offer

# The scheme publishes no period for accepting an offer: illustrative.
OFFER_DAYS = 30

_OBJECTIONS = {
    "own-recommendation": (
        _("You advised on this case and cannot decide it."),
        _("Who screened, reviewed, recommended or recorded the advice is never the authority on the same case."),
        _("Ask another authority."),
    ),
    "members-advised": (
        _("A member screened or reviewed this case and cannot decide it."),
        _("Who screened, reviewed, recommended or recorded the advice is never the authority on the same case."),
        _("Have the member leave for this item, and record the decision of the others."),
    ),
    "own-application": (
        _("You act for a party to this case."),
        _("No one acts for the funder on an application of their own organisation."),
        _("Ask another authority."),
    ),
    "no-amount": (_("Say how much is approved."), "", _("Type an amount above nothing.")),
    "no-limit": (
        _("You have no delegated limit."),
        _("A missing limit stops a decision; it never lets it pass."),
        _("Ask the administrator to record your limit."),
    ),
    "above-limit": (
        _("The amount is above your delegated limit."),
        _("You may approve up to %(limit_cents)s."),
        _("Ask an authority with a higher limit."),
    ),
    "rules-unsettled": (
        _("The rules do not yet say how much may be given."),
        _("Something the amount rests on is not established."),
        _("Return the case to its officer."),
    ),
    "above-rules": (
        _("The amount is above what the rules give."),
        _("Judged again today, the rules give %(rules_give_cents)s."),
        _("Approve at most that amount."),
    ),
    "above-request": (
        _("The amount is above what was asked for."),
        _("The application asks for %(requested_cents)s."),
        _("Approve at most that amount."),
    ),
}
_ABOUT_AMOUNT = {"no-amount", "above-limit", "above-rules", "above-request"}


def must_stand(case: Case, said: Verdict, objections: Sequence[str], *, limit: int | None, is_approval: bool) -> None:
    """This will refuse a decision that something stands against, and an approval that the rules, judged again, no longer bear."""
    for code in objections:
        what, why, next_step = _OBJECTIONS[code]
        raise Refusal(
            code,
            what=what,
            why=why,
            next_step=next_step,
            field="amount" if code in _ABOUT_AMOUNT else "",
            values={
                "limit_cents": limit or 0,
                "rules_give_cents": said.amount_cents or 0,
                "requested_cents": case.requested_cents,
                "unit": case.unit,
            },
        )
    if is_approval and (failing := judging.failing(said) + judging.unsettled(said)):
        rules = [terms.of_row(case.scheme_version).book.rule(rule) for rule in failing]
        raise Refusal(
            "rules-no-longer-hold",
            what=_("The case no longer meets the rules of its scheme."),
            why=_("Judged again today, these do not hold: %(clauses)s."),
            next_step=_("Refuse it by these rules, or return it to its officer."),
            clause=", ".join(rule.clause for rule in rules if rule.clause),
            values={"clauses": ", ".join(rule.clause or rule.id for rule in rules), "rules": failing},
        )


def must_be_within_selection(case: Case, amount_cents: int) -> None:
    """This will refuse more than the applicant's own panel selected the case for."""
    most = delegated.most_cents(case)
    if most is not None and amount_cents > most:
        raise Refusal(
            "above-selection",
            what=_("The amount is above what the panel selected it for."),
            why=_("The panel selected it for %(selected_cents)s of its block grant."),
            next_step=_("Approve at most that amount."),
            field="amount",
            values={"selected_cents": most, "unit": case.unit},
        )


def approve(
    decision: Decision, said: Verdict, target: str, common: Mapping[str, Any], *, facts: Mapping[str, Any] | None = None, **sheet: Any
) -> Event:
    """This will make the offer and reserve its money. `common` goes on the event; `facts` and `sheet` add to what it says."""
    case, at, event_id, book = decision.case, common["at"], common["event_id"], terms.of_row(decision.case.scheme_version).book
    today = terms.local_day(at)
    lapses_on = today + timedelta(days=OFFER_DAYS)
    written = agreements.composed(case, said, grant_cents=decision.amount_cents, starts_on=today)
    letter, agreement = agreements.send_offer(
        case, written, conditions=decision.conditions, accept_by=lapses_on, event_id=event_id, by=common["by"], at=at
    )
    Offer.objects.create(decision=decision, case=case, letter=letter, agreement=agreement, issued_on=today, lapses_on=lapses_on)
    guard.set_status(case, target, decision.decided_on, approved_cents=decision.amount_cents)
    for envelope, amount in agreements.drawn_on(case, written.terms):
        ledger.reserve(case, amount, envelope=envelope, event=event_id, on=today, at=at)
    return timeline.record(
        "decision_made",
        **common,
        facts={
            "outcome": decision.outcome,
            "approved_cents": decision.amount_cents,
            "unit": case.unit,
            "limit_cents": decision.limit_cents,
            "verdict": decision.verdict.sha256,
            "lapses_on": lapses_on,
            "fund": book.fund,
            "letters": [letter.sha256, agreement.sha256],
            **(facts or {}),
        },
        sheet={"status": target, "approved_on": decision.decided_on, "approved_cents": decision.amount_cents, **sheet},
    )


def refuse(decision: Decision, target: str, common: Mapping[str, Any], *, facts: Mapping[str, Any] | None = None) -> Event:
    """This will tell the applicant the reasons and end the case."""
    case, book = decision.case, terms.of_row(decision.case.scheme_version).book
    told = reasons_in_words(book, decision.reasons, post.language_of(case))
    letter = post.send(case, "refused", {"reasons": told}, event_id=common["event_id"], by=common["by"], at=common["at"])
    guard.set_status(case, target, decision.decided_on)
    return timeline.record(
        "decision_made",
        **common,
        facts={
            "outcome": decision.outcome,
            "reasons": decision.reasons,
            "verdict": decision.verdict.sha256,
            "letters": [letter.sha256],
            **(facts or {}),
        },
        sheet={"status": target, "refused_on": decision.decided_on},
    )


def reasons_of(book: rulebook.SchemeVersion, reasons: Sequence[str]) -> list[dict[str, str]]:
    """A refusal rests on rules or criteria of the case's own version, each kept with its clause; never on nothing."""
    clauses = {rule.id: rule.clause for rule in book.rules} | {one.id: "" for one in book.criteria}
    chosen = [{"reason": reason, "clause": clauses[reason]} for reason in dict.fromkeys(reasons) if reason in clauses]
    if not chosen:
        raise Refusal(
            "no-reason",
            what=_("A refusal names at least one rule or criterion of the scheme."),
            why=_("The letter gives the applicant each reason with its clause."),
            next_step=_("Mark what the application falls short of."),
            field="reasons",
            status=422,
        )
    return chosen


def reasons_in_words(book: rulebook.SchemeVersion, reasons: Sequence[dict[str, str]], language: str) -> list[str]:
    """This will say each reason as the applicant reads it: a rule by clause and statement, a criterion by its title."""
    criteria = {one.id: one for one in book.criteria}
    return [
        criteria[row["reason"]].title.said_in(language) if row["reason"] in criteria else post.clauses(book, [row["reason"]], language)[0]
        for row in reasons
    ]
