"""The approved text of letters, in every language, with named places to fill.

The refusal letter of one scheme names its fields — reference, applicant, reasons — and nothing else
may be put into it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from millrace.core import texts
from millrace.core.texts import Text

KINDS = (
    "receipt",
    "information_request",
    "ineligible",
    "reinstated",
    "refused",
    "offer",
    "agreement",
    "declined",
    "lapsed",
    "withdrawn",
    "payment_advice",
    "closing",
    "addendum",
    "demand",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of letter: its subject and body per language. Paragraphs are parted by an empty
    line; a line that begins with "- " is an item of a list; `{reasons}` and other list fields are
    given one item a line."""

    kind: str
    fields: frozenset[str]
    subject: Text
    body: Text


@dataclass(frozen=True, slots=True)
class Filled:
    """A letter ready to set: its subject and paragraphs in one language."""

    language: str
    subject: str
    body: str

    @property
    def paragraphs(self) -> list[str]:
        """Split the body where an empty line stands."""
        return [part.strip() for part in self.body.split("\n\n") if part.strip()]


class MissingField(ValueError):
    """A letter that would go out with an empty place."""


def fill(letter: Letter, values: Mapping[str, str], *, language: str) -> Filled:
    """Fill a letter in a language; a missing or unknown field is refused, never left blank."""
    missing, unknown = letter.fields - set(values), set(values) - letter.fields
    if missing or unknown:
        raise MissingField(f"letter {letter.kind}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    return Filled(
        language=language,
        subject=texts.filled(letter.subject.said_in(language), values),
        body=texts.filled(letter.body.said_in(language), values).strip(),
    )


def digest(filled: Filled) -> str:
    """Hash the subject and body as sent: the mark on the paper and in the register."""
    return hashlib.sha256(digest_text(filled.subject, filled.body).encode()).hexdigest()


def digest_text(subject: str, body: str) -> str:
    """Give the text whose hash is a letter's mark."""
    return f"{subject}\n\n{body}"
