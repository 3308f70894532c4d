"""Draws every part on one page, in three languages, without a database — e.g. the error summary above a budget of two bad lines."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from millrace.web import fields, funder, lines, words

STYLES = Path(__file__).parent / "static/web/millrace.css"


class EveryField(forms.Form):
    """One field of each kind."""

    title = fields.TextField(label="Project title", help_text="As it will stand on the public register.")
    story = fields.TextField(label="What will be made", is_long=True, max_length=20)
    cost = fields.MoneyField(label="Total project cost")
    staff = fields.CountField(label="People employed", required=False)
    share = fields.ShareField(label="Share of foreign parts", required=False)
    begins = fields.DayField(label="Start of the project")
    local = fields.FlagField(label="Incorporated in Hong Kong?")
    kind = fields.ChoiceField(label="Sector", choices=[("a", "Advanced manufacturing"), ("b", "Life and health")])
    place = fields.ChoiceField(label="Place", choices=[(str(i), f"City {i}") for i in range(9)], required=False)
    needs = fields.ChoicesField(label="What it needs", choices=[("m", "Machines"), ("s", "Software")], required=False)
    budget = lines.LinesField(
        label="Machinery",
        columns=[
            lines.Column("item", "Item"),
            lines.Column("kind", "Kind", kind="choice", choices=[("new", "New"), ("used", "Used")]),
            lines.Column("cost", "Cost (HK$)", kind="money"),
        ],
    )
    proof = forms.FileField(label="Quotation", required=False)
    agreed = forms.BooleanField(label="The facts given are true", widget=fields.SingleCheckbox)


TYPED = {
    "title": "精密鏡片智能生產線",
    "story": "A line that grinds, coats and tests lenses.",
    "cost": "45,000,000.005",
    "staff": "twelve",
    "begins": "31/2/2027",
    "budget-lines": "2",
    "budget-0-item": "Coating machine",
    "budget-0-kind": "new",
    "budget-0-cost": "12,000,000",
    "budget-1-item": "Grinder",
    "budget-1-cost": "much",
}
CONTEXT = {
    "is_demonstration": False,
    "codes": ["draft", "under_assessment", "approved", "awaiting_reply", "refused"],
    "step_names": ["Draft", "Screening", "Assessment", "Decision", "Delivery"],
    "tab_items": [("facts", "Facts", "#facts"), ("money", "Money", "#money", 3)],
    "tile_items": [("Approved", "607", "as at 31 December 2025"), ("Money approved", "HK$1,432.2m"), ("Median days", "82")],
    "rows": [{"label": "Applicant", "value": "Harbour Precision Ltd", "change": "#c"}, ("Requested", "HK$15,000,000")],
    "tasks": [{"title": "About the project", "url": "#t", "status": "done"}, {"title": "Budget", "help": "3 lines", "status": "to_do"}],
    "entries": [SimpleNamespace(at=datetime(2026, 11, 22, 8, tzinfo=UTC), sentence="Application submitted", by="Ms Chan", note="")],
    "findings": [
        {
            "outcome": "pass",
            "rule": "Incorporated in Hong Kong",
            "required": "yes",
            "found": "yes",
            "clause": "Guide 2.1",
            "clause_url": "#g",
        },
        {"outcome": "fail", "rule": "One project at a time", "required": "fewer than 3", "found": "3", "would_change": "Close one."},
        {"outcome": "not_yet_known", "rule": "Own money", "required": "two thirds"},
    ],
    "sums": [("", "Eligible cost", "HK$45,000,000"), ("×", "One third", "1 : 2"), ("=", "Support", "HK$15,000,000")],
}


@pytest.fixture(autouse=True)
def without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funder, "current", lambda: dataclasses.replace(funder.UNPUBLISHED, unit="HKD"))


def drawn(language: str, *, desk: bool = False) -> str:
    """The gallery as a page."""
    request = RequestFactory().get("/parts/")
    request.user = AnonymousUser()
    with translation.override(language):
        return render_to_string("web/gallery.html", {**CONTEXT, "form": EveryField(TYPED, {}), "desk": desk}, request)


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_every_part_is_drawn_and_keeps_what_was_typed(language: str) -> None:
    page = drawn(language)
    assert f'<html lang="{words.tag(language)}">' in page
    assert page.count("<h1>") == 1
    for typed in ("45,000,000.005", "twelve", "much", "31/2/2027", "精密鏡片智能生產線"):
        assert typed in page
    assert len(page.encode()) < 60_000


def test_each_error_leads_to_its_input() -> None:
    page = drawn("en")
    for target in ("id_cost", "id_staff", "id_begins", "id_story", "id_local_0", "id_budget_1_kind", "id_agreed"):
        assert f'href="#{target}"' in page, target
        assert f'id="{target}"' in page, target
    assert "45,000,000.005 has more than 2 decimals" in page


def test_the_desk_face_uses_the_same_parts() -> None:
    assert '<body class="desk">' in drawn("en", desk=True)


def test_nothing_is_inline_and_the_stylesheet_is_small() -> None:
    page = drawn("en")
    assert " style=" not in page
    assert " onclick=" not in page
    assert STYLES.stat().st_size <= 30 * 1024
