"""Who an organisation is: registration numbers with their checks, and names in two scripts — e.g. Harbour Precision Ltd, 港灣精工.

Which numbers a funder takes is policy data. Only checks that are published are made: a Hong Kong business registration number has
none, so its shape is checked here and an officer confirms the certificate; python-stdnum works out the check digits of the others.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stdnum import lei
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

_HAN = re.compile(r"[㐀-鿿豈-﫿]")

# Each raises ValidationError; "none" is a number without a published check digit.
_CHECKS: Mapping[str, Callable[[str], str]] = {"none": lambda number: number, "uscc": uscc.validate, "lei": lei.validate}
CHECKS = tuple(_CHECKS)


@dataclass(frozen=True)
class Kind:
    """One kind of number that a policy takes. A group in `pattern` is the number itself, where more is often copied with it."""

    id: str
    pattern: str
    check: str = "none"


@dataclass(frozen=True)
class Number:
    """A registration number in its one written form, or the code of what is wrong with it."""

    kind: str
    number: str = ""
    problem: str = ""  # wrong-shape | wrong-check-digit

    @property
    def is_good(self) -> bool:
        return not self.problem


def registration(kind: Kind, written: str) -> Number:
    """This will bring a number to its one form — capitals, no blanks, full-width digits as digits — and check it."""
    compact = re.sub(r"\s", "", unicodedata.normalize("NFKC", written)).upper()
    found = re.fullmatch(kind.pattern, compact)
    if found is None:
        return Number(kind.id, problem="wrong-shape")
    number = found[1] if found.re.groups else found[0]
    try:
        _CHECKS[kind.check](number)
    except ValidationError:
        return Number(kind.id, problem="wrong-check-digit")
    return Number(kind.id, number)


def has_han(name: str) -> bool:
    """This will say whether a name has a Chinese character in it."""
    return bool(_HAN.search(name))


def tidy_name(name: str) -> str:
    """This will write a name the one way it is kept: compatibility forms and runs of blanks brought together."""
    return " ".join(unicodedata.normalize("NFKC", name).split())
