"""Says a forecast as plain data and in lines for a terminal — e.g. `millrace forecast nifs --json`."""

from collections.abc import Iterator
from typing import Any

from millrace.core import forecast, money
from millrace.core.forecast import Range
from millrace.stages.learn.forecasting import Foreseen

READINGS = ("low", "expected", "high")
ASSUMPTIONS = (
    "An open case gets of what the rules give it the share that decided cases which passed through its stage got, in money.",
    "It is decided as long after it was received as decided cases were, at the median, and not before the day asked.",
    "It is paid as the scheme's agreements plan to pay, by their instalments.",
    "What nothing seen so far places in time stands apart, in no year.",
)


def as_data(found: Foreseen) -> dict[str, Any]:
    """This will give a forecast as plain data; amounts in minor units, null where too few cases were decided."""
    told, envelope = found.forecast, found.envelope
    return {
        "scheme": found.version.scheme,
        "version": found.version.id,
        "version_sha256": found.version.sha256,
        "unit": found.version.unit,
        "as_at": found.on.isoformat(),
        "seal": found.seal.number,
        "is_forecast": True,
        "assumptions": list(ASSUMPTIONS),
        "least_decided": forecast.LEAST_DECIDED,
        "median_days_to_decision": told.decision_days,
        "agreements": told.curve.agreement_count,
        "unjudged": found.unjudged_count,
        "promised": told.promised,
        "available": envelope.available,
        "exceeded_in": {reading: told.exceeds(envelope.available, reading) for reading in READINGS},
        "commitment": _range(told.commitment),
        "cash": _range(told.cash),
        "years": [
            {
                "year": one.year or None,
                "commitment": _range(one.commitment),
                "promised": one.promised,
                "cash": _range(one.cash),
                "provided": envelope.cash[one.year].available if one.year in envelope.cash else None,
            }
            for one in told.years
        ],
        "stages": [
            {
                "stage": one.name,
                "open": one.count,
                "amount": _range(one.amount),
                "decided": one.history.decided,
                "supported": one.history.supported,
                "given": one.history.given_cents,
                "approved": one.history.approved_cents,
                "share_basis_points": one.history.share,
            }
            for one in told.stages
        ],
    }


def _range(amount: Range) -> dict[str, int | None]:
    return {"low": amount.low, "expected": amount.expected, "high": amount.high}


def lines(found: Foreseen) -> Iterator[str]:
    """This will say a forecast in lines."""
    told, unit = found.forecast, found.version.unit
    yield f"{found.version.scheme} by {found.version.id}, as at {found.on} as known at seal {found.seal.number}: a forecast"
    yield f"  {_written(told.promised, unit)} promised and not yet released"
    for one in told.stages:
        history = one.history
        share = f"{history.share / 100:.2f}%" if history.share is not None else "not enough decided cases"
        yield f"  {one.name}: {one.count} open, {_written(one.amount.high, unit)} by the rules; {share}"
        yield f"    of {history.decided} decided after that stage {history.supported} were supported"
    if found.unjudged_count:
        yield f"  {found.unjudged_count} open cases cannot be judged"
    for year in told.years:
        yield f"  {year.year or 'not placed'}: commit {_said(year.commitment, unit)}; pay {_said(year.cash, unit)}"
    for reading, words in zip(READINGS, ("if none is supported", "as expected", "if all are supported"), strict=True):
        in_year = told.exceeds(found.envelope.available, reading)
        if in_year is not None:
            yield f"  the {_written(found.envelope.available, unit)} available are exceeded {words} in {in_year or 'no year that is known'}"
    yield from (f"  assumed: {one}" for one in ASSUMPTIONS)


def _said(amount: Range, unit: str) -> str:
    if amount.low == amount.high:
        return _written(amount.low, unit)
    middle = "not enough decided cases" if amount.expected is None else _written(amount.expected, unit)
    return f"{_written(amount.low, unit)} – {middle} – {_written(amount.high, unit)}"


def _written(amount: int, unit: str) -> str:
    return money.written(amount, currency=unit) if unit in money.CURRENCIES else f"{amount:,} {unit}"
