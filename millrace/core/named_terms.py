"""Who and what an agreement names from a day on — e.g. the project leader was Dr A until 3 June and is Dr B from then.

The names are no part of the hashed terms: like the applicant's titles of milestones they stand beside them, where retention may blank them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

KEY_PERSON = "key_person"
EQUIPMENT = "equipment"
KINDS = (KEY_PERSON, EQUIPMENT)


@dataclass(frozen=True)
class Named:
    """One person or item named: of which kind, in which role or for which use, who or what it is from this day on, and who or what it
    `was` before the terms first named one."""

    kind: str
    role: str
    now: str
    was: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, " ".join(self.role.split()).casefold()


def from_data(rows: Iterable[Mapping[str, Any]]) -> tuple[Named, ...]:
    """This will read what is named back from plain data."""
    return tuple(Named(**row) for row in rows)


def to_data(named: Iterable[Named]) -> list[dict[str, Any]]:
    """This will give plain data for storing."""
    return [asdict(one) for one in named]


def replaced(held: Sequence[Named], asked: Named | None) -> tuple[Named, ...]:
    """This will name another in a role, or for a use. Who leaves is whom the terms name; only where they name nobody, whom the request
    does."""
    if asked is None:
        return tuple(held)
    before = next((one for one in held if one.key == asked.key), None)
    if before is None:
        return (*held, asked)
    return tuple(replace(one, now=asked.now) if one is before else one for one in held)


@dataclass(frozen=True)
class Difference:
    """Who or what is named otherwise: kind and role, before and after; nobody is an empty name."""

    kind: str
    role: str
    before: str
    after: str


def between(before: Sequence[Named], after: Sequence[Named]) -> tuple[Difference, ...]:
    """This will list what two terms name otherwise. Terms that name nobody in a role stood before it was first named."""
    was, now = {one.key: one for one in before}, {one.key: one for one in after}
    found = []
    for key in dict.fromkeys([*was, *now]):
        old, new = was.get(key), now.get(key)
        names = (old.now if old else new.was if new else "", new.now if new else old.was if old else "")
        one = new or old
        if one is not None and names[0] != names[1]:
            found.append(Difference(one.kind, one.role, *names))
    return tuple(found)
