"""A NUL breaks no page and costs no typed word — e.g. /register/?q=%00 is a search for nothing."""

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from millrace.core.refusal import Refusal
from millrace.web import nul


def test_what_holds_none_is_left_as_it_is() -> None:
    told = QueryDict("q=bench&q=two")
    assert nul.without(told) is told


def test_every_other_letter_is_kept() -> None:
    kept = nul.without(QueryDict("q=ab%00cd&q=%00&na%00me=x"))
    assert dict(kept.lists()) == {"q": ["abcd", ""], "name": ["x"]}
    with pytest.raises(AttributeError):
        kept["q"] = "changed"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('{"answers": {"project_title": "a\\u0000b"}}', "answers.project_title"),
        ('{"answers": {"lines": [{"item": "x"}, {"item": "\\u0000"}]}}', "answers.lines.1.item"),
        ('{"answers": {"na\\u0000me": 1}}', "answers.name"),
        ('"\\u0000"', ""),
    ],
)
def test_a_program_is_told_which_value_holds_it(body: str, place: str) -> None:
    request = RequestFactory().post("/api/v1/find", body, content_type="application/json")
    with pytest.raises(Refusal) as refused:
        nul.JsonBody().parse_body(request)
    assert (refused.value.field, refused.value.status) == (place, 422)
