"""Brings the lines of a claim to what can be counted: amounts in the claim's own currency at a dated rate, inside the agreement, once.

For example US$1,000 of 5 January 2026 becomes HK$7,812.50 at the rate finance recorded; without a rate the claim stays a draft, complete.
"""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_noop as _

from millrace.core import exchange
from millrace.core.refusal import Refusal
from millrace.core.terms import Terms
from millrace.stages.deliver import queries
from millrace.stages.deliver.actions import rates
from millrace.stages.deliver.models import Claim, ClaimLine
from millrace.web import words


def put_in_own_currency(line: ClaimLine, claim: Claim) -> None:
    """This will read a new line's amount as the invoice's, where the invoice is in another currency, and convert it if it can."""
    if line.currency in ("", claim.unit):
        line.currency = ""
        return
    if line.currency not in rates.currencies(claim.unit):
        raise Refusal("unknown-currency", what=_("Choose one of the currencies listed."), field="lines", status=422)
    line.invoiced_cents, line.claimed_cents = line.claimed_cents, 0
    convert(line, claim)


def convert(line: ClaimLine, claim: Claim) -> None:
    """This will convert a foreign line at the rate of its payment, or of its day before that is known; without one it counts nothing."""
    on = line.paid_on or line.spent_on
    if not line.currency or line.invoiced_cents is None or on is None:
        return
    line.rate = rates.rate_for(claim.case.scheme, unit=claim.unit, currency=line.currency, on=on)
    line.claimed_cents = exchange.converted(line.invoiced_cents, line.rate.millionths) if line.rate else 0


def must_be_countable(lines: Sequence[ClaimLine], claim: Claim, terms: Terms, *, today: date) -> None:
    """This will refuse to hand in what can never be allowed: no rate, a day outside the agreement or to come, a receipt already used."""
    used = queries.used_receipts(lines, claim)
    for line in lines:
        if line.currency and line.rate is None:
            raise _no_rate(line)
        if line.spent_on is None or not terms.starts_on <= line.spent_on < terms.ends_before:
            raise _outside(line, terms)
        if max(line.spent_on, line.paid_on or line.spent_on) > today:
            raise _refused("not-spent-yet", line, what=_("Line %(line)s is dated after today."), step=_("Claim it once it has been paid."))
        if line.receipt_sha256 and line.receipt_sha256 in used:
            what = _("The receipt of line %(line)s was already allowed under an earlier claim.")
            raise _refused(
                "receipt-used", line, what=what, why=_("One receipt is paid once."), step=_("Take the line out, or attach its own receipt.")
            )


def _refused(code: str, line: ClaimLine, *, what: str, step: str, why: str = "", clause: str = "", **values: str) -> Refusal:
    told = {"line": line.number, **values}
    return Refusal(code, what=what, why=why, next_step=step, clause=clause, field="lines", status=422, values=told)


def _no_rate(line: ClaimLine) -> Refusal:
    return _refused(
        "no-exchange-rate",
        line,
        what=_("Line %(line)s is in %(currency)s, and no rate of %(day)s or shortly before is recorded."),
        why=_("An amount in another currency counts at a dated rate with its source."),
        step=_("Ask the finance office to record the rate, then submit. Your claim is kept as it is."),
        currency=line.currency,
        day=words.day(line.paid_on or line.spent_on),
    )


def _outside(line: ClaimLine, terms: Terms) -> Refusal:
    last = date.fromordinal(terms.ends_before.toordinal() - 1)
    return _refused(
        "outside-period",
        line,
        what=_("Line %(line)s is dated %(day)s, outside the agreement: %(first)s to %(last)s."),
        why=_("Only cost that falls in the period of the agreement counts."),
        step=_("Correct the date, or take the line out."),
        clause=terms.clauses.get("outside_period", ""),
        day=words.day(line.spent_on) or "—",
        first=words.day(terms.starts_on),
        last=words.day(last),
    )
