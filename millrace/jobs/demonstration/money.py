"""What happens to the funds themselves: shares, a move between two schemes, and the turn of each financial year.

For example HK$3m of the share of ITSP moved to TSSSU, proposed by a policy officer and confirmed by a controller.
"""

from datetime import date
from typing import Any

from millrace.jobs.demonstration.cast import Cast
from millrace.jobs.demonstration.tale import Tale, Telling, moment
from millrace.registers.policy import queries as policy
from millrace.stages.plan import envelopes, orders
from millrace.stages.plan.models import FundOrder

MILLION = 1_000_000_00
FUND = "itf"
# What each scheme of the fund is given, of the commitment and of the cash of these years.
SHARES = {"itsp": 40 * MILLION, "prp": 20 * MILLION, "tsssu": 10 * MILLION}
YEARS = ("2024-25", "2025-26", "2026-27")


def shared(cast: Cast, tale: Tale) -> Telling:
    """This will share out what three schemes need, move part of it from one to another, and put one move aside; one waits."""
    yield tale.at
    for scheme, cents in SHARES.items():
        for year in ("", *YEARS):
            yield tale.soon()
            _ordered(cast, tale, "share", scheme=scheme, amount_cents=cents, financial_year=year)
    for year in ("", "2025-26"):
        yield tale.pause(2, 5)
        _moved(cast, tale, 3 * MILLION, financial_year=year)
    yield tale.pause(20, 40)
    _moved(cast, tale, 9 * MILLION, is_confirmed=False)
    yield tale.pause(300, 320)
    told = {"giver": "itsp", "scheme": "prp", "amount_cents": 2 * MILLION, "reason": "Projects of the autumn (invented)."}
    tale.act(orders.propose_order, "transfer", FUND, **told, by=cast.staff["policy"][1])


def _moved(cast: Cast, tale: Tale, cents: int, *, financial_year: str = "", is_confirmed: bool = True) -> None:
    told = {"giver": "itsp", "scheme": "tsssu", "amount_cents": cents, "financial_year": financial_year}
    told["reason"] = "More start-ups were selected than planned (invented)."
    _ordered(cast, tale, "transfer", is_confirmed=is_confirmed, **told)


def _ordered(cast: Cast, tale: Tale, kind: str, *, is_confirmed: bool = True, **told: Any) -> None:
    """This will propose an order and have another person confirm it or put it aside."""
    tale.act(orders.propose_order, kind, FUND, **told, by=cast.staff["policy"][0])
    tale.soon()
    order = FundOrder.objects.latest("pk")
    tale.act(orders.confirm_order if is_confirmed else orders.refuse_order, order, by=cast.staff["finance"][1])


def year_ends(cast: Cast, tale: Tale) -> Telling:
    """This will let what is left of each year's cash lapse in the night after its end, as the nightly work does."""
    yield tale.at
    while True:
        envelopes.lapse_ended_years(cast.system, at=tale.at)
        ends = policy.funder().financial_year(tale.today).end
        assert isinstance(ends, date)
        tale.at = moment(ends, 2, 10)
        yield tale.at
