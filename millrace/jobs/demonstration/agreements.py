"""What becomes of agreements in force: changes asked and decided, a suspension, visits — e.g. half a year more, agreed with an addendum.

The production lines of the story that go no further than their agreement each live one of these, in turn.
"""

from collections.abc import Callable
from datetime import timedelta

from millrace.core import changes, months
from millrace.jobs.demonstration.cast import Cast, Side
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.award import queries as terms
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.models import ChangeRequest, Finding, Inspection

Life = Callable[[Cast, Case, Side, Tale], Telling]


def lived(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """This will live the next of the lives with a case."""
    life = LIVES[cast.lives % len(LIVES)]
    cast.lives += 1
    yield tale.pause(25, 45)
    yield from life(cast, case, side, tale)


def _asked(case: Case, kind: str, asked: dict[str, object], reason: str, by: Person, tale: Tale) -> ChangeRequest:
    change = deliver.open_change(case, kind=kind, by=by, at=tale.at)
    return deliver.save_change(change, wish=deliver.Wish(reason, reason, asked), by=by, at=tale.at)


def _longer(case: Case, side: Side, tale: Tale, *, by_months: int = 6) -> ChangeRequest:
    agreed = terms.terms_of(case, tale.today)
    assert agreed is not None
    asked = {"ends_before": months.after(agreed.ends_before, by_months).isoformat()}
    return _asked(case, changes.TIME_EXTENSION, asked, "The machine comes late. 機器延遲付運。(invented)", side.writer, tale)


def extended(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """More time, asked and agreed by an officer."""
    change = _longer(case, side, tale)
    tale.act(deliver.submit_change, change, by=side.writer)
    yield tale.pause(5, 12)
    tale.act(deliver.decide_change, change, is_approved=True, by=cast.one("officer", tale))


def reduced(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """A smaller grant: asked, advised by an officer and approved by the authority; the rest goes back to the envelope."""
    change = _smaller(case, side, tale)
    tale.act(deliver.submit_change, change, by=side.writer)
    yield tale.pause(4, 9)
    note = "The line is the same, and costs the fund less (invented)."
    tale.act(deliver.advise_change, change, advice="support", note=note, by=cast.one("officer", tale))
    yield tale.pause(3, 8)
    tale.act(deliver.decide_change, change, is_approved=True, by=cast.staff["authority"][1])


def _smaller(case: Case, side: Side, tale: Tale) -> ChangeRequest:
    agreed = terms.terms_of(case, tale.today)
    assert agreed is not None
    less = agreed.grant_cents // 10 // 100 * 100
    asked: dict[str, object] = {"grant_cents": agreed.grant_cents - less, "pledge_cents": less, "pledger": case.lead_id}
    return _asked(case, changes.SCOPE, asked, "We pay more of it ourselves. 由我們承擔更多。(invented)", side.writer, tale)


def refused(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """More time, asked and refused with its reason."""
    change = _longer(case, side, tale, by_months=12)
    tale.act(deliver.submit_change, change, by=side.writer)
    yield tale.pause(6, 12)
    note = "The supplier confirmed the first date (invented)."
    tale.act(deliver.decide_change, change, is_approved=False, note=note, by=cast.one("officer", tale))


def waiting(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """Asked, asked back, handed in again and advised: the authority is to decide."""
    change = _smaller(case, side, tale)
    tale.act(deliver.submit_change, change, by=side.writer)
    yield tale.pause(4, 9)
    tale.act(deliver.ask_back_change, change, note="Please enclose the last accounts (invented).", by=cast.one("officer", tale))
    yield tale.pause(4, 9)
    tale.act(deliver.submit_change, change, by=side.writer)
    yield tale.pause(4, 9)
    note = "The accounts do not show that they can (invented)."
    tale.act(deliver.advise_change, change, advice="against", note=note, by=cast.one("officer", tale))


def suspended(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """Suspended by the authority as an officer proposed; another request of the enterprise is still a draft."""
    officer = cast.one("officer", tale)
    change = _asked(case, changes.SUSPENSION, {}, "The works are closed until the landlord agrees (invented).", officer, tale)
    tale.act(deliver.submit_change, change, by=officer)
    yield tale.pause(2, 5)
    tale.act(deliver.decide_change, change, is_approved=True, by=cast.staff["authority"][1])


def visited(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """Visited: one finding put right and cleared, one answered, one open and holding money back; another visit is planned."""
    officer = cast.one("officer", tale)
    planned: dict[str, object] = {"place": "Yuen Long 元朗 (invented)", "purpose": "To see the line run (invented)."}
    tale.act(deliver.plan_inspection, case, planned_on=tale.today + timedelta(days=10), **planned, by=officer)
    yield tale.on(tale.today + timedelta(days=10))
    remedy = tale.today + timedelta(days=60)
    found = [
        deliver.Found("minor", "No label names the fund (invented).", remedy),
        deliver.Found("major", "The second robot is missing (invented).", remedy),
        deliver.Found("major", "The log of hours is not kept (invented).", remedy),
    ]
    visit = Inspection.objects.get(case=case)
    tale.act(deliver.hold_inspection, visit, held_on=tale.today, note="The line was seen (invented).", findings=found, by=officer)
    yield tale.pause(6, 14)
    label, robot, _log = Finding.objects.filter(case=case).order_by("number")
    for finding, answer in ((label, "It is on the door now (invented)."), (robot, "It came on Monday (invented).")):
        tale.act(deliver.answer_finding, finding, answer=answer, by=side.writer)
    yield tale.pause(2, 6)
    tale.act(deliver.clear_finding, label, is_cleared=True, note="Seen on a photograph (invented).", by=officer)
    tale.act(deliver.plan_inspection, case, planned_on=tale.today + timedelta(days=45), **planned, by=officer)


def drafting(_cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """A request begun and not handed in."""
    _longer(case, side, tale)
    yield tale.soon()


LIVES: tuple[Life, ...] = (extended, reduced, refused, waiting, suspended, visited, drafting)
