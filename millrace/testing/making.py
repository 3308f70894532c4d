"""Makes people, organisations and cases for tests, straight into rows — e.g. `make.case(status="submitted")`.

Only a starting point: whatever the test is about goes through the actions. Offered as the fixture `make`, so that a test
beside its file imports nothing from above its shelf.
"""

import itertools
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Noon in Hong Kong on a Monday: the moment of everything made without one."""


class Making:
    """Makes rows that belong together; every argument may be given, and counts keep names apart (from `first` on)."""

    def __init__(self, *, first: int = 1) -> None:
        self._numbers = itertools.count(first)

    def _model(self, label: str) -> Any:
        return apps.get_model(label)

    def person(self, name: str = "", *, powers: tuple[str, ...] = (), at: datetime = NOON, **fields: Any) -> Any:
        """This will make a person holding the funder's `powers` from `at` on."""
        number = next(self._numbers)
        fields.setdefault("email", f"person{number}@example.org")
        fields.setdefault("joined_at", at)
        person = self._model("people.Person")(name=name or f"Person {number}", **fields)
        person.set_unusable_password()
        person.save()
        for power in powers:
            limit = 10**15 if power in ("authority", "finance", "finance_maker", "finance_checker") else None
            person.powers.create(power=power, starts_at=at, granted_by=person, limit_cents=limit)
        return person

    def system(self) -> Any:
        """This will return the person "system", who acts for reactions."""
        people = self._model("people.Person").objects.filter(is_system=True)
        return people.first() or self.person("System", email="system@example.org", is_system=True)

    def organisation(self, name: str = "", *, by: Any = None, at: datetime = NOON, is_confirmed: bool = True, **fields: Any) -> Any:
        """This will make a registered organisation, confirmed unless said otherwise."""
        number = next(self._numbers)
        fields.setdefault("kind", "company")
        fields.setdefault("registration_kind", "hk_cr")
        fields.setdefault("incorporated_in", "HK")
        fields.setdefault("registration_number", f"{2_000_000 + number}")
        by = by or self.person(at=at)
        confirmed = {"confirmed_at": at, "confirmed_by": by} if is_confirmed else {}
        model = self._model("people.Organisation")
        return model.objects.create(
            name=name or f"Harbour Precision {number} Ltd", registered_at=at, registered_by=by, **confirmed, **fields
        )

    def member(self, organisation: Any, *powers: str, at: datetime = NOON, **fields: Any) -> Any:
        """This will make a person with `powers` (member when none is given) for the organisation."""
        person = self.person(at=at, **fields)
        for power in powers or ("member",):
            person.memberships.create(organisation=organisation, power=power, starts_at=at, granted_by=person)
        return person

    def scheme_version(self, scheme: str = "nifs", version: str = "2024-01-08", **fields: Any) -> Any:
        """This will make a published version without text, for tests that judge nothing."""
        fields.setdefault("starts_on", version)
        fields.setdefault("effective_at", datetime.fromisoformat(f"{fields['starts_on'][:7]}-01T00:00+08:00"))
        fields.setdefault("sha256", f"{next(self._numbers):064x}")
        by = fields.pop("by", None) or self.person()
        model = self._model("policy.SchemeVersion")
        return model.objects.create(scheme=scheme, version=version, text="", published_at=NOON, published_by=by, **fields)

    def case(self, *, lead: Any = None, by: Any = None, at: datetime = NOON, **fields: Any) -> Any:
        """This will make a case led by `lead`, with its party row; a draft unless a status is given."""
        searching = import_module("millrace.registers.cases.searching")  # found by name, as models are
        number = next(self._numbers)
        lead = lead or self.organisation(at=at)
        fields.setdefault("scheme", "nifs")
        fields.setdefault("reference", f"{fields['scheme'].upper()}-TEST-{number:04d}")
        fields.setdefault("unit", "HKD")
        fields.setdefault("status", "draft")
        fields.setdefault("status_on", at.date())
        fields.setdefault("title", f"Smart production line {number}")
        fields.setdefault("search_text", searching.joined(fields["reference"], fields["title"], lead.name, lead.name_zh))
        if fields["status"] not in ("draft", "awaiting_sign_off"):
            fields.setdefault("submitted_at", at + timedelta(hours=1))
        case = self._model("cases.Case").objects.create(lead=lead, opened_at=at, opened_by=by or self.person(at=at), **fields)
        case.parties.create(organisation=lead, role="lead", joined_at=at)
        return case


@pytest.fixture
def make(db_clone: Any) -> Making:
    """Rows to start from, in this test's own database."""
    return Making()
