"""Draws cases or payments to look at by a seed nobody chooses — e.g. 25 of the 1,310 cases received in March, as known at seal 812.

The seed is the chained hash of a seal with what was asked, so the address of a draw gives the same draw for ever: what is known at a seal
never changes. Nothing is stored. What a reader may not see is not drawn from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from millrace.core import sampling
from millrace.core.access import Actor
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.sheet import queries as sheet
from millrace.registers.timeline.models import Event, Seal
from millrace.web import access

CASES, PAYMENTS = "cases", "payments"
EQUALLY, BY_MONEY = "equally", "by_money"
MOST_DRAWN = 200
MOST_DRAWN_FROM = 200_000  # held in memory; more is drawn from shorter spans of days


@dataclass(frozen=True)
class Asked:
    """What to draw from: cases received, or payments settled, on these days; how many, and whether larger amounts are likelier."""

    of: str
    first: date
    last: date
    chance: str
    count: int

    def seed(self, seal: Seal) -> str:
        """Give the seed: the seal's chained hash, and what is asked."""
        return f"{seal.number}:{bytes(seal.chain).hex()}/{self.of}/{self.first}/{self.last}/{self.chance}/{self.count}"


@dataclass(frozen=True)
class Line:
    """One case or payment that may be drawn; `key` is that of the case, or of the payment's event."""

    key: int
    reference: str
    scheme: str
    day: date
    amount_cents: int
    unit: str


@dataclass(frozen=True)
class Draw:
    """What was drawn, in the order drawn, each with whether it was certain; from how many, by which seed, and their hash."""

    lines: tuple[tuple[Line, bool], ...]
    drawn_from: int
    seed: str
    sha256: str


def draw(asked: Asked, seal: Seal, actor: Actor, at: datetime) -> Draw:
    """This will draw as asked from what was known at a seal; more than can be held is refused."""
    visible = Case.objects.filter(access.visible_submitted(actor, at, "read_money"), is_test=False)
    found = _cases(asked, seal, visible) if asked.of == CASES else _payments(asked, seal, visible)
    lines = {line.key: line for line in found if line.amount_cents > 0 or asked.chance == EQUALLY}
    if len(lines) > MOST_DRAWN_FROM:
        what = _("More than %(most)s lie in these days.")
        raise Refusal("too-many", what=what, next_step=_("Choose fewer days."), field="last", status=422, values={"most": MOST_DRAWN_FROM})
    items = [sampling.Item(line.key, 1 if asked.chance == EQUALLY else line.amount_cents) for line in lines.values()]
    seed = asked.seed(seal)
    drawn = sampling.draw(items, count=asked.count, seed=seed) if items else ()
    return Draw(tuple((lines[one.item.key], one.is_certain) for one in drawn), len(items), seed, sampling.digest(items))


def _cases(asked: Asked, seal: Seal, visible: QuerySet[Case]) -> Iterable[Line]:
    """Cases by the day they were received, as known at the seal on the last of the days."""
    rows = sheet.rows_as_at(asked.last, seal.number).filter(case__in=visible, received_on__range=(asked.first, asked.last))
    fields = ("case_id", "case__reference", "scheme", "received_on", "approved_cents", "unit")
    return (Line(*row) for row in rows.values_list(*fields)[: MOST_DRAWN_FROM + 1])


def _payments(asked: Asked, seal: Seal, visible: QuerySet[Case]) -> Iterable[Line]:
    """Payments that had gone out, each as its event told it, sealed by then."""
    sealed = Q(kind="payment_settled", happened_on__range=(asked.first, asked.last), seal__number__lte=seal.number)
    fields = ("id", "case__reference", "case__scheme", "happened_on", "facts__amount_cents", "facts__unit")
    rows = Event.objects.filter(sealed, case__in=visible).order_by("id").values_list(*fields)
    return (Line(*row) for row in rows[: MOST_DRAWN_FROM + 1])
