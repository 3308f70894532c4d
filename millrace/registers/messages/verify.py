"""Fills the approved text of every letter sent again — e.g. the offer of NIFS-7KQ2-M4XD still says, word for word, what was approved.

The version a letter names and the values it kept are all it needs; a difference is a finding, never mended.
"""

from millrace.core import letters
from millrace.core.findings import Part
from millrace.registers.messages.models import Letter
from millrace.registers.policy import queries as policy

BATCH = 2_000


def is_approved(row: Letter) -> bool:
    """This will fill a letter's approved text again with its own values and say whether that is what was sent, by text and by mark."""
    template = policy.letter(row.scheme_version, row.kind)
    again = letters.fill(template, row.values, language=row.language)
    return (again.subject, again.body) == (row.subject, row.body) and letters.digest(again) == row.sha256


def verify() -> Part:
    """This will look at every letter ever sent."""
    part = Part("letters", {"refilled": 0})
    rows = Letter.objects.select_related("scheme_version").defer("scheme_version__text").order_by("pk")
    for row in rows.iterator(chunk_size=BATCH):
        part.counts["refilled"] += 1
        try:
            same = is_approved(row)
        except (letters.MissingField, KeyError) as wrong:
            part.found("letter-unreadable", row.number, f"{row.kind} of {row.scheme_version}: {wrong}")
            continue
        if not same:
            part.found("letter-differs", row.number, f"{row.kind} under {row.scheme_version}")
    return part
