"""What a change of an agreement would do, worked out before anyone signs it — e.g. six months more move two milestones, a report and
the end, and leave every cent where it was.

A change never rewrites terms: it gives new ones. What was released, allowed, accepted or handed in under the old ones stays so.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from millrace.core import matching, money, named_terms, releases, reports, term_differences
from millrace.core.terms import Deliverable, Head, Milestone, Pledge, Stage, Terms

TIME_EXTENSION = "time_extension"
BUDGET_VIREMENT = "budget_virement"
PARTNER_CHANGE = "partner_change"
SCOPE = "scope"
KEY_PERSON = "key_person"
EQUIPMENT = "equipment"
SUSPENSION = "suspension"
TERMINATION = "termination"
KINDS = (TIME_EXTENSION, BUDGET_VIREMENT, PARTNER_CHANGE, SCOPE, KEY_PERSON, EQUIPMENT, SUSPENSION, TERMINATION)
Dated = TypeVar("Dated", Milestone, Deliverable)
# Who signs: a programme officer alone, or an authority on an officer's advice.
OFFICER = "officer"
AUTHORITY = "authority"
# What stops or ends an agreement, or moves its money, is never signed by one person of the funder alone.
ALWAYS_AUTHORITY = frozenset({SUSPENSION, TERMINATION})


@dataclass(frozen=True)
class Asked:
    """What is asked for: a kind, and what that kind needs. `heads` are the whole new amounts of those named; `pledge_cents` is further
    matching money in cash that `pledger` undertakes to bring; `named` is the person or item that takes another's place."""

    number: int
    kind: str
    ends_before: date | None = None
    heads: Mapping[str, int] = field(default_factory=dict)
    grant_cents: int | None = None
    leaves: int | None = None
    joins: int | None = None
    pledge_cents: int = 0
    pledger: int | None = None
    named: named_terms.Named | None = None

    def to_data(self) -> dict[str, Any]:
        """This will give plain data for storing."""
        ends = self.ends_before.isoformat() if self.ends_before else None
        plain = {"heads": dict(self.heads), "grant_cents": self.grant_cents, "leaves": self.leaves, "joins": self.joins}
        return {"ends_before": ends, **plain, "pledge_cents": self.pledge_cents, "pledger": self.pledger} | (
            {"named": named_terms.to_data([self.named])[0]} if self.named else {}
        )


def asked_from(number: int, kind: str, data: Mapping[str, Any]) -> Asked:
    """This will read what is asked for back."""
    ends = date.fromisoformat(data["ends_before"]) if data.get("ends_before") else None
    plain = {name: data.get(name) for name in ("grant_cents", "leaves", "joins", "pledger")}
    named = next(iter(named_terms.from_data([data["named"]] if data.get("named") else [])), None)
    return Asked(number, kind, ends, dict(data.get("heads") or {}), pledge_cents=data.get("pledge_cents") or 0, named=named, **plain)


@dataclass(frozen=True)
class Done:
    """What has happened under the terms: released per instalment, allowed per head, milestones accepted, reports handed in; and of
    each sponsor's pledges (sponsor, form) how much nothing has been brought of yet. `lead` is the organisation that leads the project."""

    released: Mapping[int, int] = field(default_factory=dict)
    allowed: Mapping[str, int] = field(default_factory=dict)
    accepted: frozenset[int] = frozenset()
    reported: frozenset[int] = frozenset()
    pledged: Mapping[tuple[int, str], int] = field(default_factory=dict)
    lead: int | None = None


@dataclass(frozen=True)
class Objection:
    """Why a change cannot be agreed, as a code, the field it is about, and the amounts, days or head that show it."""

    code: str
    about: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MatchingTest:
    """Whether what is pledged carries what is planned: needed by all instalments, and pledged, in kind within its share."""

    needed_cents: int
    pledged_cents: int

    @property
    def missing_cents(self) -> int:
        return max(0, self.needed_cents - self.pledged_cents)


@dataclass(frozen=True)
class Consequences:
    """Everything a change would do. Where something stands against it, `after` is the terms unchanged."""

    before: Terms
    after: Terms
    objections: tuple[Objection, ...]
    matching_before: MatchingTest
    matching_after: MatchingTest
    signer: str

    @property
    def grant_change_cents(self) -> int:
        """How much more (or, below nothing, less) is committed."""
        return self.after.grant_cents - self.before.grant_cents

    @property
    def differences(self) -> tuple[term_differences.Difference, ...]:
        return term_differences.between(self.before, self.after)


def consequences(terms: Terms, asked: Asked, done: Done, *, by_officer: Collection[str] = ()) -> Consequences:
    """This will work out a change: the new terms, what stands against it, whether matching money still carries it, and who signs.

    `by_officer` are the kinds that the scheme lets a programme officer sign.
    """
    if asked.kind not in KINDS:
        raise ValueError(f"unknown kind of change {asked.kind!r}")
    objections = list(_OBJECTIONS[asked.kind](terms, asked, done)) if asked.kind in _OBJECTIONS else []
    after = terms if objections else replace(_changed(terms, asked, done), changes=(*terms.changes, asked.number))
    tested, was = matching_test(after), matching_test(terms)
    if tested.missing_cents > was.missing_cents:
        values = {"needed_cents": tested.needed_cents, "pledged_cents": tested.pledged_cents}
        objections.append(Objection("matching_short", "", values))
    return Consequences(terms, after, tuple(objections), was, tested, signer(asked.kind, after.grant_cents - terms.grant_cents, by_officer))


def signer(kind: str, grant_change_cents: int, by_officer: Collection[str]) -> str:
    """This will say who must sign: an officer where the scheme lets one, and never where money moves or the agreement stops."""
    return OFFICER if kind in by_officer and kind not in ALWAYS_AUTHORITY and grant_change_cents == 0 else AUTHORITY


def matching_test(terms: Terms) -> MatchingTest:
    """This will hold all that is pledged against all that the instalments need, in kind within the tightest share of any stage."""
    share = min((stage.in_kind_share for stage in terms.stages), key=lambda one: one.numerator / one.denominator, default=matching.WHOLE)
    sources = [matching.Source(one.sponsor, one.form, one.amount_cents) for one in terms.pledges]
    return MatchingTest(sum(one.amount_cents for one in terms.matching_schedule), matching.usable(sources, share))


def _of_time(terms: Terms, asked: Asked, _done: Done) -> Iterator[Objection]:
    if asked.ends_before is None or asked.ends_before <= terms.ends_before:
        yield Objection("not_later", "ends_on", {"ends_before": terms.ends_before})


def _of_heads(terms: Terms, asked: Asked, done: Done) -> Iterator[Objection]:
    known = {head.code: head for head in terms.heads}
    for code, cents in asked.heads.items():
        if code not in known:
            yield Objection("no_such_head", "", {"head": code})
        elif cents < done.allowed.get(code, 0):
            yield Objection("head_below_allowed", f"head-{code}", {"head": code, "allowed_cents": done.allowed[code]})
        elif known[code].cap_cents is not None and cents > max(known[code].cap_cents or 0, known[code].approved_cents):
            values = {"head": code, "cap_cents": known[code].cap_cents, "clause": known[code].clause}
            yield Objection("head_above_cap", f"head-{code}", values)


def _of_virement(terms: Terms, asked: Asked, done: Done) -> Iterator[Objection]:
    found = list(_of_heads(terms, asked, done))
    yield from found
    moved = [(head, asked.heads.get(head.code, head.approved_cents)) for head in terms.heads]
    total, was = sum(cents for _head, cents in moved), sum(head.approved_cents for head in terms.heads)
    if total != was:
        yield Objection("total_changed", "", {"before_cents": was, "after_cents": total})
    elif not found and all(cents == head.approved_cents for head, cents in moved):
        yield Objection("nothing_changed")


def _of_scope(terms: Terms, asked: Asked, done: Done) -> Iterator[Objection]:
    yield from _of_heads(terms, asked, done)
    released = sum(done.released.values())
    if asked.grant_cents is not None and asked.grant_cents < max(1, released):
        yield Objection("grant_below_released", "grant_cents", {"released_cents": released})


def _of_partner(_terms: Terms, asked: Asked, done: Done) -> Iterator[Objection]:
    if asked.leaves is None and asked.joins is None:
        yield Objection("nothing_changed")
    elif asked.leaves is not None and asked.leaves == done.lead:
        yield Objection("lead_leaves", "leaves")
    elif asked.leaves is not None and asked.leaves == asked.joins:
        yield Objection("same_partner", "joins")


def _of_named(_terms: Terms, asked: Asked, _done: Done) -> Iterator[Objection]:
    """Words alone are no objection: a request of before there were fields for the names has no others."""
    if asked.named is not None and (not asked.named.now or asked.named.now == asked.named.was):
        yield Objection("nothing_changed")


_OBJECTIONS = {
    KEY_PERSON: _of_named,
    EQUIPMENT: _of_named,
    TIME_EXTENSION: _of_time,
    BUDGET_VIREMENT: _of_virement,
    SCOPE: _of_scope,
    PARTNER_CHANGE: _of_partner,
}


def _changed(terms: Terms, asked: Asked, done: Done) -> Terms:
    match asked.kind:
        case "time_extension":
            assert asked.ends_before is not None
            return _extended(terms, asked.ends_before, done)
        case "budget_virement":
            return replace(terms, heads=_heads(terms.heads, asked.heads))
        case "scope":
            more = (Pledge(asked.pledger, matching.CASH, asked.pledge_cents),) if asked.pledger and asked.pledge_cents > 0 else ()
            replanned = replace(terms, heads=_heads(terms.heads, asked.heads), pledges=(*terms.pledges, *more))
            return _regranted(replanned, asked.grant_cents, done)
        case "partner_change":
            return replace(terms, pledges=_handed_over(terms.pledges, asked, done))
        case _:
            return terms


def _extended(terms: Terms, ends_before: date, done: Done) -> Terms:
    """What is still open moves by as many days as the end does; what was accepted or handed in keeps its day."""
    by, last = ends_before - terms.ends_before, ends_before - timedelta(days=1)

    def later(one: Dated) -> Dated:
        return replace(one, due_on=max(one.due_on, min(one.due_on + by, last)))

    return replace(
        terms,
        ends_before=ends_before,
        milestones=tuple(one if one.number in done.accepted else later(one) for one in terms.milestones),
        deliverables=tuple(later(one) for one in terms.deliverables),
        reports=reports.moved(terms.reports, terms.starts_on, ends_before, reported=done.reported),
    )


def _heads(heads: Sequence[Head], asked: Mapping[str, int]) -> tuple[Head, ...]:
    return tuple(replace(head, approved_cents=asked.get(head.code, head.approved_cents)) for head in heads)


def _regranted(terms: Terms, grant_cents: int | None, done: Done) -> Terms:
    """What is not yet released is planned again, in the old proportions; where all was released, more goes onto the last."""
    if grant_cents is None or grant_cents == terms.grant_cents:
        return terms
    left = [max(0, one.planned_cents - done.released.get(one.number, 0)) for one in terms.instalments]
    weights = left if any(left) else [0] * (len(left) - 1) + [1]
    parts = money.share_out(grant_cents - sum(done.released.values()), weights)
    planned = tuple(
        replace(one, planned_cents=done.released.get(one.number, 0) + part) for one, part in zip(terms.instalments, parts, strict=True)
    )
    return replace(terms, grant_cents=grant_cents, instalments=planned, stages=_stages(terms.stages, planned))


def _stages(stages: Sequence[Stage], planned: Sequence[releases.Instalment]) -> tuple[Stage, ...]:
    sums = {stage.number: sum(one.planned_cents for one in planned if one.stage == stage.number) for stage in stages}
    return tuple(replace(stage, grant_cents=sums[stage.number]) for stage in stages)


def _handed_over(pledges: Sequence[Pledge], asked: Asked, done: Done) -> tuple[Pledge, ...]:
    """What a sponsor who leaves has not brought yet is taken over by the one who joins; with nobody joining it is gone."""
    if asked.leaves is None:
        return tuple(pledges)
    open_left = {form: cents for (sponsor, form), cents in done.pledged.items() if sponsor == asked.leaves}
    kept: list[Pledge] = []
    taken: dict[str, int] = {}
    for pledge in pledges:
        gone = min(pledge.amount_cents, open_left.get(pledge.form, 0)) if pledge.sponsor == asked.leaves else 0
        if gone:
            open_left[pledge.form] -= gone
            taken[pledge.form] = taken.get(pledge.form, 0) + gone
        if pledge.amount_cents - gone:
            kept.append(replace(pledge, amount_cents=pledge.amount_cents - gone))
    joined = [Pledge(asked.joins, form, cents) for form, cents in taken.items()] if asked.joins is not None else []
    return (*kept, *joined)
