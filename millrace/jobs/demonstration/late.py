"""The two late pieces of knowledge — e.g. an approval recorded for 30 March 2026 that was signed on 2 April, found on 16 April.

Both change what `approved-by-scheme` says as at 31 March 2026 between two seals; what was said before stays obtainable.
"""

from datetime import date, timedelta

from millrace.jobs.demonstration import beginnings, judging
from millrace.jobs.demonstration.cast import Cast, Side
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.registers.cases.models import Case
from millrace.registers.timeline.models import Event
from millrace.stages.award import actions as award
from millrace.stages.learn import actions as learn

BEGINS_ON = date(2026, 1, 5)
YEAR_END = date(2026, 3, 31)


def told(cast: Cast, tale: Tale, side: Side) -> Telling:
    """This will tell of an approval dated wrongly, or (ending "declined") of an offer declined by a letter that came in late."""
    yield tale.at
    case, told_ = beginnings.nifs(cast, side, tale)
    yield from beginnings.written(case, side, told_, tale)
    yield from beginnings.signed(case, side, tale)
    yield from judging.screened(cast, case, side, tale)
    yield from judging.assessed(cast, case, tale)
    yield from judging.advised(cast, case, told_.asked_cents, tale)
    yield tale.on(YEAR_END - timedelta(days=1))
    tale.act(award.decide, case, outcome="approved", amount_cents=told_.asked_cents, by=cast.staff["authority"][0])
    if tale.ending == "declined":
        yield from _declined_late(cast, case, side, tale)
    else:
        yield tale.on(date(2026, 4, 16))
        _correct(cast, case, "decision_made", {"approved_on": "2026-04-02"}, None, "recorded_wrongly", tale)
        yield tale.on(date(2026, 4, 21))
        tale.act(award.accept_offer, case, by=side.signatory)


def _declined_late(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """The applicant's letter is dated on the last day of the year; it was opened on 10 April."""
    yield tale.on(date(2026, 4, 10))
    tale.act(award.decline_offer, case, by=side.signatory)
    yield tale.pause(1, 2)
    _correct(cast, case, "offer_declined", {"withdrawn_on": YEAR_END.isoformat()}, YEAR_END, "learned_late", tale)


def _correct(cast: Cast, case: Case, kind: str, values: dict[str, str], from_day: date | None, reason: str, tale: Tale) -> None:
    said = Event.objects.get(case=case, kind=kind)
    fields = {"values": values, "corrects": said, "from_day": from_day, "reason": reason}
    tale.act(learn.correct_case, case, **fields, by=cast.one("officer", tale))
