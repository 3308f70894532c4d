"""What stands in the registers of equipment and titles, and what is missing from them — e.g. line 3 of claim 2 has no item yet.

A case closes only when every allowed line under a head of equipment is covered by items, and the titles are told of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Sum, Value
from django.db.models.functions import JSONObject

from millrace.core import holdings
from millrace.core.rules import judge
from millrace.core.rules.beside import NOTHING_KEPT, Kept
from millrace.core.rules.facts import FactValue, Standing
from millrace.core.rules.verdict import Outcome, RuleVerdict
from millrace.registers.cases.models import Case
from millrace.stages.apply import terms
from millrace.stages.deliver.models import Claim, ClaimLine, Equipment, Title


@dataclass(frozen=True)
class Wanted:
    """An allowed line whose items are to be entered: what was allowed, and what of it no item stands for yet."""

    line: ClaimLine
    left_cents: int


def kept_of(case: Case) -> Kept:
    """This will say what the case's scheme wants kept a register of."""
    row = case.scheme_version
    # A page reads its case without the version's text, which is parsed once: asking whether it is there would fetch it again.
    if row is None or ("text" not in row.get_deferred_fields() and not row.text):
        return NOTHING_KEPT
    return terms.of_row(row).book.kept


def _kept_lines(kept: Kept, **of: Any) -> QuerySet[ClaimLine]:
    return ClaimLine.objects.filter(claim__state=Claim.State.DECIDED, head__in=kept.heads, allowed_cents__gt=0, **of)


def lines_of(case: Case) -> list[Wanted]:
    """This will give the allowed lines under heads of equipment, by claim and line."""
    kept = kept_of(case)
    if not kept.heads:
        return []
    lines = _kept_lines(kept, claim__case=case)
    entered = dict(Equipment.objects.filter(case=case).values_list("line").annotate(sum=Sum("cost_cents")))
    rows = lines.select_related("claim__case").order_by("claim__number", "number")
    return [Wanted(line, (line.allowed_cents or 0) - entered.get(line.pk, 0)) for line in rows]


def missing(case: Case) -> list[Wanted]:
    """This will give the lines no item has been entered for."""
    return [one for one in lines_of(case) if one.left_cents == one.line.allowed_cents]


def equipment_of(case: Case) -> list[Equipment]:
    """This will give the items of a case, in the order they were entered."""
    return list(Equipment.objects.filter(case=case).select_related("line__claim").order_by("number"))


def outlasted(case: Case, ends_before: date) -> tuple[date, QuerySet[Equipment]]:
    """This will give the first day on which equipment need not be kept under an end, and the items still there that were to be kept
    less long. An item that is to be kept longer already is none of them."""
    until = holdings.retain_until(ends_before, kept_of(case).years)
    return until, Equipment.objects.filter(case=case, retain_until__lt=until).exclude(state=Equipment.State.GONE)


@dataclass(frozen=True)
class Retained:
    """An item that must be kept after closing, and the first day on which it need not."""

    item: str
    serial_number: str
    place: str
    retain_until: date


def kept_with(case: OuterRef | Value) -> "QuerySet[Equipment, dict[str, Any]]":
    """This will pick the items still there of an outer query's case, each as one value for `retained`."""
    rows = Equipment.objects.filter(case=case).exclude(state=Equipment.State.GONE).order_by("number")
    return rows.values(told=JSONObject(**{one.name: one.name for one in fields(Retained)}))


def retained(kept: Iterable[Mapping[str, str]], on: date) -> list[Retained]:
    """This will give those of `kept_with` that must still be kept on a day."""
    items = [Retained(one["item"], one["serial_number"], one["place"], date.fromisoformat(one["retain_until"])) for one in kept]
    return [one for one in items if one.retain_until > on]


def retained_of(case: Case, on: date) -> list[Retained]:
    """This will give the items of a case that must still be kept on a day."""
    return retained(kept_with(Value(case.pk)).values_list("told", flat=True), on)


def titles_of(case: Case) -> list[Title]:
    """This will give the titles of a case, in the order they were entered."""
    return list(Title.objects.filter(case=case).order_by("number"))


def shares_of(told: Iterable[Mapping[str, Any]]) -> list[holdings.Share]:
    """This will give a title's shares as the core reads them."""
    return [holdings.Share(**share) for share in told]


def judged_at_closing(case: Case, shares: Iterable[Sequence[Mapping[str, Any]]], on: date) -> tuple[RuleVerdict, ...]:
    """This will judge what the scheme judges when a case is closed, from the shares of each title entered."""
    fact = kept_of(case).team_share
    team = holdings.team_basis_points([shares_of(told) for told in shares if told])
    if not fact or team is None:
        return ()
    book = terms.of_row(case.scheme_version).book
    return judge.at_moment(book, {fact: FactValue(team, Standing.VERIFIED)}, "closing", on=on)


def obstacles(case: Case, on: date) -> list[str]:
    """This will say, in codes, what of the registers stands in the way of closing: one question, none where the scheme keeps none."""
    kept, found = kept_of(case), []
    if not kept.heads and not kept.team_share:
        return found
    unentered = _kept_lines(kept, claim__case=OuterRef("pk")).filter(~Exists(Equipment.objects.filter(line=OuterRef("pk"))))
    titles = Title.objects.filter(case=OuterRef("pk")).order_by("number").values("shares")
    rows = Case.objects.filter(pk=case.pk).annotate(is_missing=Exists(unentered), shares=ArraySubquery(titles))
    is_missing, shares = rows.values_list("is_missing", "shares").get()
    if is_missing:
        found.append("equipment_not_entered")
    if kept.team_share:
        if not shares:
            found.append("titles_not_told")
        if any(rule.outcome is Outcome.FAIL for rule in judged_at_closing(case, shares, on)):
            found.append("titles_break_a_rule")
    return found
