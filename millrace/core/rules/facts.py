"""The facts that rules speak of: their types, units and questions, and values with their standing.

`total_cost` is money in cents of HKD, asked of the applicant; `open_projects` is a count that only
the system establishes, so that no limit rests on what an applicant says of itself.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from millrace.core.texts import Text

Value = bool | int | str | date | tuple[str, ...]


class FactType(enum.StrEnum):
    """What kind of value a fact takes."""

    MONEY = "money"  # whole minor units of the policy's currency
    COUNT = "count"  # a whole number of its unit
    SHARE = "share"  # whole basis points: 70% is 7000
    FLAG = "flag"  # yes or no
    CHOICE = "choice"  # one of the fact's choices
    CHOICES = "choices"  # any of the fact's choices
    DAY = "day"


class Standing(enum.StrEnum):
    """How firmly a value stands, weakest first."""

    DECLARED = "declared"
    COMPUTED = "computed"
    VERIFIED = "verified"


_WRITTEN = {
    FactType.MONEY: "a whole number of cents",
    FactType.COUNT: "a whole number",
    FactType.SHARE: 'a share such as "50%"',
    FactType.FLAG: "true or false",
    FactType.DAY: "a day such as 2024-01-08",
}

_STRENGTH = {Standing.DECLARED: 0, Standing.COMPUTED: 1, Standing.VERIFIED: 2}


def weakest(standings: Iterable[Standing]) -> Standing:
    """Give the standing of what rests on several values: the weakest among them."""
    return min(standings, key=_STRENGTH.__getitem__, default=Standing.COMPUTED)


# What the system can count or add up about an applicant; a fact names one as its `measure`.
MEASURES: dict[str, str] = {
    "open_projects": "the applicant's cases that are approved and not yet closed",
    "projects_in_all": "the applicant's cases that were ever approved, whether or not they are closed",
    "completed_projects": "the applicant's cases that were closed as completed",
    "granted_cents": "what the applicant was granted, released money taken off",
    "granted_in_year_cents": "what the applicant was granted by decisions of the same financial year",
    "applications_in_call": "the applicant's other applications submitted in the same call",
    "applications_in_year": "the applicant's other applications submitted in the same financial year",
    "granted_in_call_cents": "what all applicants together were granted in the same call",
    "projects_of_all": "the cases of all applicants together that were ever approved, whether or not they are closed",
    "granted_to_all_cents": "what all applicants together were granted, released money taken off",
}
# Limits on these are of everybody: who counts them holds the scheme's lock, not one applicant's.
OF_ALL = frozenset({"granted_in_call_cents", "projects_of_all", "granted_to_all_cents"})


# Whose cases a measure counts: those the applicant leads, or those that name the same beneficiary, whoever leads them.
APPLICANT, BENEFICIARY = "applicant", "beneficiary"
COUNTED_OF = (APPLICANT, BENEFICIARY)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the system counts for a fact: a measure, of the case's own scheme unless another is named, in all of its streams unless
    one is named ("same": the case's own stream), and of the applicant's cases unless of the beneficiary's: the start-up that two
    universities put forward has one limit."""

    measure: str
    scheme: str = ""
    stream: str = ""
    of: str = APPLICANT


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that may be chosen."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact made of others: their sum, or the first less the rest."""

    how: str  # sum | difference
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the lines of claims make of a fact: the cost allowed in all ("sum"), or the share ("share") of it, where the choice `of`
    a line's place is `place` and its head one of `heads` (none named: of any)."""

    how: str
    of: str = ""
    place: str = ""
    heads: tuple[str, ...] = ()


# What the register of organisations records of one; a fact may be read from these.
RECORDED = frozenset({"kind", "registration_kind", "registration_number", "incorporated_in"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """The value a fact has for an organisation whose record holds one of these in each of these columns."""

    where: Mapping[str, tuple[str, ...]]
    value: Value

    def fits(self, record: Mapping[str, str]) -> bool:
        """Say whether an organisation is of this sort."""
        return all(record.get(column) in accepted for column, accepted in self.where.items())


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the vocabulary."""

    name: str
    type: FactType
    unit: str
    label: Text
    question: Text
    help: Text
    established: str  # applicant | system | officer
    choices: tuple[Choice, ...] = ()
    counted: Counted | None = None
    derived: Derived | None = None
    is_asked_in_finder: bool = False
    recorded: tuple[Recorded, ...] = ()  # read from the register of organisations: the first that fits
    claimed: Claimed | None = None  # worked out anew from the lines of claims
    assumed: Value | None = None  # what is taken for declared while nothing was told, e.g. no patent costs

    @property
    def measure(self) -> str:
        """Name what the system counts for it; "" where it counts nothing."""
        return self.counted.measure if self.counted else ""

    @property
    def kind_in_words(self) -> str:
        """Say how a value of it is written in a policy's text."""
        return _WRITTEN.get(self.type) or f"one of: {', '.join(sorted(self.choice_ids))}"

    @property
    def choice_ids(self) -> frozenset[str]:
        """Name the values that may be chosen."""
        return frozenset(choice.id for choice in self.choices)


@dataclass(frozen=True, slots=True)
class FactValue:
    """A value and its standing."""

    value: Value
    standing: Standing = Standing.DECLARED


Facts = Mapping[str, FactValue]
Vocabulary = Mapping[str, Fact]


class WrongFact(ValueError):
    """A value that the vocabulary does not allow; `fact` names it and `code` says why:
    unknown_fact, wrong_type, not_a_choice, negative, or derived_fact."""

    def __init__(self, code: str, fact: str, detail: str = "") -> None:
        super().__init__(f"{code}: {fact} {detail}".strip())
        self.code = code
        self.fact = fact
        self.detail = detail


def checked(fact: Fact, plain: Any) -> Value:
    """Read a plain value (as from JSON) for a fact, refusing what is of the wrong kind.

    Days are written 2024-01-08; money, counts and shares are whole numbers in their unit.
    """
    kind = fact.type
    if kind is FactType.FLAG and isinstance(plain, bool):
        return plain
    if kind in (FactType.MONEY, FactType.COUNT, FactType.SHARE) and type(plain) is int:
        if plain < 0:
            raise WrongFact("negative", fact.name, f"is {plain}; it may not be below zero")
        return plain
    if kind is FactType.DAY:
        return _day(fact, plain)
    if kind is FactType.CHOICE and isinstance(plain, str):
        _must_be_choices(fact, [plain])
        return plain
    if kind is FactType.CHOICES and isinstance(plain, (list, tuple)):
        chosen = [str(item) for item in plain]
        _must_be_choices(fact, chosen)
        return tuple(sorted(set(chosen)))
    raise WrongFact("wrong_type", fact.name, f"is {kind}, not {plain!r}")


def _day(fact: Fact, plain: Any) -> date:
    if type(plain) is date:
        return plain
    try:
        return date.fromisoformat(plain)
    except (TypeError, ValueError):
        raise WrongFact("wrong_type", fact.name, f"is a day such as 2024-01-08, not {plain!r}") from None


def _must_be_choices(fact: Fact, chosen: list[str]) -> None:
    for item in chosen:
        if item not in fact.choice_ids:
            raise WrongFact("not_a_choice", fact.name, f"{item!r} is not one of {', '.join(sorted(fact.choice_ids))}")


def read(vocabulary: Vocabulary, plain: Mapping[str, Any], *, standing: Standing | None = Standing.DECLARED) -> dict[str, FactValue]:
    """Read facts from plain data: `{"total_cost": 3000000000}`, or with a standing of its own
    `{"open_projects": {"value": 1, "standing": "computed"}}`.

    `standing` is given to plain values; None gives each the standing of whoever establishes the
    fact, as worked cases do. Unknown names and values set to null: refused, and left out.
    """
    found: dict[str, FactValue] = {}
    for name, given in plain.items():
        fact = vocabulary.get(name)
        if fact is None:
            raise WrongFact("unknown_fact", name)
        if fact.derived is not None:
            raise WrongFact("derived_fact", name, f"is made from {', '.join(fact.derived.parts)}")
        if isinstance(given, Mapping):
            own = _standing(name, given.get("standing"))
            given = given.get("value")
        else:
            own = standing if standing is not None else natural_standing(fact)
        if given is not None:
            found[name] = FactValue(checked(fact, given), own)
    return found


def read_known(vocabulary: Vocabulary, stored: Mapping[str, Any]) -> dict[str, FactValue]:
    """Read stored facts as far as a vocabulary knows them: a fact or a choice that it does not have is left out, so that what
    rests on it is not yet known."""
    found: dict[str, FactValue] = {}
    for name, given in stored.items():
        try:
            found |= read(vocabulary, {name: given})
        except WrongFact:
            continue
    return found


def from_record(vocabulary: Vocabulary, record: Mapping[str, str], *, is_confirmed: bool) -> dict[str, FactValue]:
    """Read what the register of organisations knows of an applicant: verified once an officer confirmed the
    entry, and until then only what its own people declared. A fact no row fits is left to be told."""
    standing = Standing.VERIFIED if is_confirmed else Standing.DECLARED
    found = ((name, next((row.value for row in fact.recorded if row.fits(record)), None)) for name, fact in vocabulary.items())
    return {name: FactValue(value, standing) for name, value in found if value is not None}


def natural_standing(fact: Fact) -> Standing:
    """Give the standing a value has when its proper establisher gave it."""
    return {"system": Standing.COMPUTED, "officer": Standing.VERIFIED, "committee": Standing.VERIFIED}.get(
        fact.established, Standing.DECLARED
    )


def _standing(name: str, written: Any) -> Standing:
    try:
        return Standing(written)
    except ValueError:
        raise WrongFact("wrong_type", name, f"has the standing {written!r}; say declared, computed or verified") from None


def value_of(name: str, facts: Facts, vocabulary: Vocabulary) -> FactValue | None:
    """Look a fact up, working derived ones out from their parts; None while not yet known."""
    fact = vocabulary.get(name)
    told = facts.get(name)
    # Only claims tell a derived fact itself, worked out from their lines: `read` refuses one that anybody else tells.
    if fact is None or fact.derived is None or told is not None:
        if told is None and fact is not None and fact.assumed is not None:
            return FactValue(fact.assumed)
        return told
    parts = [value_of(part, facts, vocabulary) for part in fact.derived.parts]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    numbers = [part.value for part in known if isinstance(part.value, int)]
    value = sum(numbers) if fact.derived.how == "sum" else numbers[0] - sum(numbers[1:])
    return FactValue(value, weakest(part.standing for part in known))


def parts_of(name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Follow a derived fact to the facts it is made of; any other is itself."""
    derived = vocabulary[name].derived
    if derived is None:
        return (name,)
    return tuple(part for made_of in derived.parts for part in parts_of(made_of, vocabulary))


def to_data(facts: Facts) -> dict[str, Any]:
    """Give facts as plain data in order of their names: what is frozen beside a verdict."""
    return {name: {"value": plain_value(facts[name].value), "standing": str(facts[name].standing)} for name in sorted(facts)}


def plain_value(value: Value) -> bool | int | str | list[str]:
    """Give a value as JSON can hold it."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
