"""A described form draws, reads back and loses nothing — e.g. "Which technologies?" appears once the line is said to be smart."""

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from millrace.core.rules.facts import Choice
from millrace.core.rules.form import Column, Form, Limits, Question, Section, ShownWhen
from millrace.core.texts import text
from millrace.web import forms


def t(english: str, chinese: str = "") -> Any:
    """A text in two languages."""
    return text({"en": english, "zh_hant": chinese or english})


NONE = t("")
SMART = Question("is_smart", "flag", t("Is the line smart?", "是否智能生產線？"), NONE)
TECH = Question(
    "technologies",
    "choices",
    t("Which technologies?"),
    NONE,
    shown_when=ShownWhen("is_smart", (True,)),
    choices=(Choice("iot", t("Internet of Things", "物聯網")), Choice("ai", t("Artificial intelligence"))),
)
COST = Question("cost", "money", t("Total cost"), NONE, limits=Limits(minimum=100))
SHARE = Question("share", "share", t("Share"), NONE, is_required=False)
BEGINS = Question("begins", "day", t("Start"), NONE, is_required=False)
BUDGET = Question(
    "budget", "table", t("Budget"), NONE, columns=(Column("item", "text", t("Item")), Column("cost", "money", t("Cost"))), is_required=False
)
LINE = Section("line", t("The line"), NONE, (SMART, TECH, COST, SHARE, BEGINS, BUDGET))
WHOLE = Form((LINE,))


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def sent(query: str, answers: dict[str, Any] | None = None, **how: Any) -> forms.DescribedForm:
    """The section as sent by a browser."""
    return forms.DescribedForm(WHOLE, LINE, answers or {}, QueryDict(query), {}, **how)


ASKED = "asked=is_smart+cost+share+begins+budget"


def test_a_dependent_question_is_asked_only_when_called_for() -> None:
    assert [q.id for q in forms.DescribedForm(WHOLE, LINE, {}).shown] == ["is_smart", "cost", "share", "begins", "budget"]
    assert "technologies" in forms.DescribedForm(WHOLE, LINE, {"is_smart": True}).fields


def test_a_question_just_revealed_is_shown_again_and_not_blamed() -> None:
    form = sent(f"{ASKED}&is_smart=yes&cost=5")
    assert form.is_valid()
    assert [q.id for q in form.revealed] == ["technologies"]


def test_a_question_just_revealed_counts_as_asked_when_the_page_is_sent_again() -> None:
    form = sent("is_smart=yes&asked=is_smart")
    form.is_valid()
    assert "technologies" in form["asked"].value().split()


def test_answers_are_plain_data() -> None:
    form = sent(
        f"{ASKED}+technologies&is_smart=yes&technologies=ai&cost=45,000,000.50&share=33.33&begins=1/2/2027"
        "&budget-lines=2&budget-0-item=Coater&budget-0-cost=12&budget-1-item="
    )
    assert form.is_valid(), form.errors
    assert form.answers() == {
        "is_smart": True,
        "technologies": ["ai"],
        "cost": 4_500_000_050,
        "share": 3333,
        "begins": "2027-02-01",
        "budget": [{"item": "Coater", "cost": 1200}],
    }


def test_what_cannot_be_read_is_kept_as_typed_in_a_draft() -> None:
    form = sent(f"{ASKED}&is_smart=no&cost=3.001&begins=soon&budget-lines=1&budget-0-item=Coater&budget-0-cost=much", is_demanded=False)
    assert not form.is_valid()
    kept = form.draft()
    assert (kept["cost"], kept["begins"], kept["budget"]) == ("3.001", "soon", [{"item": "Coater", "cost": "much"}])
    shown = forms.DescribedForm(WHOLE, LINE, kept)
    assert all(typed in str(shown) for typed in ("3.001", "soon", "much", "Coater"))


def test_a_draft_may_leave_questions_open_and_problems_names_them() -> None:
    form = sent(f"{ASKED}&is_smart=yes", is_demanded=False)
    assert form.is_valid()
    named = [(question.id, sentence) for _section, question, sentence in forms.problems(WHOLE, form.draft())]
    assert [question for question, _ in named] == ["technologies", "cost"]
    assert named[1][1] == "“Total cost” must be answered before you go on."
    complete = {"is_smart": False, "cost": 500, "begins": "2027-02-01", "budget": [{"item": "Coater", "cost": 1200}], "share": 10}
    assert list(forms.problems(WHOLE, complete)) == []


def test_answers_are_worded_in_the_readers_language() -> None:
    answers = {"is_smart": True, "technologies": ["iot"], "cost": 150_000, "begins": "2027-02-01", "share": 3333}
    with translation.override("zh-hant"):
        worded = {row["id"]: row.get("value") for row in forms.in_words(WHOLE, LINE, answers)}
    assert worded["is_smart"] == "是"
    assert worded["technologies"] == "物聯網"
    assert worded["cost"] == "HK$1,500"
    assert worded["begins"] == "2027年2月1日"
    assert worded["share"] == "33.33%"


def test_an_amount_below_the_limit_is_refused_with_both_figures() -> None:
    form = sent(f"{ASKED}&is_smart=no&cost=0.5")
    assert form.errors["cost"] == ["“Total cost” must be at least HK$1; you wrote HK$0.50."]


def test_a_day_that_does_not_exist_is_refused() -> None:
    assert "is not a day" in sent(f"{ASKED}&is_smart=no&cost=5&begins=31/2/2027").errors["begins"][0]
    form = sent(f"{ASKED}&is_smart=no&cost=5&begins=29/2/2024")
    assert form.is_valid()
    assert form.answers()["begins"] == date(2024, 2, 29).isoformat()
