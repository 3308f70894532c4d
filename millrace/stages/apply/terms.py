"""Under which published rules a draft stands at a moment — e.g. the NIFS version of 8 January 2024, or two readings in June 2025."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_noop as _

from millrace.core.policy_folder.funder import Funder
from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import SchemeVersion


@dataclass(frozen=True)
class Terms:
    """One version: its row, and what it says."""

    row: SchemeVersion
    book: rulebook.SchemeVersion


@dataclass(frozen=True)
class InForce:
    """The versions that may be in force: one, or several while a start is known only to its month. The earlier comes first."""

    on: date
    candidates: tuple[Terms, ...]
    funder: Funder

    @property
    def is_in_doubt(self) -> bool:
        return len(self.candidates) > 1

    @property
    def terms(self) -> Terms:
        """The version a new draft begins under: the one that began for certain."""
        return self.candidates[0]

    def find(self, row_id: int) -> Terms | None:
        return next((terms for terms in self.candidates if terms.row.pk == row_id), None)


def local_day(at: datetime) -> date:
    """This will give the funder's own day of a moment."""
    return policy.funder().day_of(at)


def of_row(row: SchemeVersion) -> Terms:
    """This will give the terms of one version, parsed once per hash."""
    return Terms(row, policy.read_version(row))


def under_test(row: SchemeVersion, at: datetime) -> InForce:
    """This will give a draft's version to its test applications: as of today, or of its first day where that is still to come."""
    held, funder = of_row(row), policy.funder()
    return InForce(max(funder.day_of(at), held.book.starts.latest), (held,), funder)


def in_force(scheme: str, at: datetime) -> InForce:
    """This will give the version or versions of a scheme that may be in force at the moment, or refuse if none is."""
    funder = policy.funder()
    on = funder.day_of(at)
    candidates = tuple(of_row(row) for row in policy.rows_in_force(scheme, on, known_at=at))
    if not candidates:
        raise Refusal(
            "scheme-not-in-force",
            what=_("The scheme does not take applications."),
            why=_("None of its published versions is in force on that day."),
            next_step=_("Look at the list of schemes for one that is open."),
            status=404,
        )
    return InForce(on, candidates, funder)
