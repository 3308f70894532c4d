"""The officer's list asks the same few questions however it is narrowed, and names schemes by their titles — e.g. NIFS, not "nifs"."""

from typing import Any

import pytest

from millrace.testing import counting

MOST = 8


@pytest.mark.parametrize("query", ["", "?scheme=nifs&status=in_force", "?q=lens", "?q=智能&sort=-requested", "?count=all", "?page=2"])
def test_a_list_asks_at_most_eight_questions(hong_kong: Any, make: Any, sign_in: Any, query: str) -> None:
    for number in range(60):
        make.case(status="in_force", reference=f"NIFS-{number:04}", title="智能 lens line")
    client = sign_in(make.person(powers=("officer",))).client
    asked = counting.questions(client, f"/desk/{query}")
    assert len(asked) <= MOST, "\n".join(asked)
    queue = counting.questions(client, f"/desk/queues/mine/{query}")
    assert len(queue) <= MOST, "\n".join(queue)


def test_two_hundred_rows_are_paged_and_small(hong_kong: Any, make: Any, sign_in: Any) -> None:
    for number in range(200):
        make.case(status="submitted", reference=f"NIFS-{number:04}", title="A line of 160 characters, " + "x" * 130)
    page = sign_in(make.person(powers=("officer",))).see("/desk/")
    assert "1–50" in page
    assert "200" in page
    assert page.count("<tr>") == 51
    assert len(page.encode()) <= 100_000
