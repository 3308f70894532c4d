"""The page of a case asks few questions, whichever tab is open — e.g. eleven for the overview an officer reads."""

from typing import Any

from millrace.testing import counting

MOST = 12


def test_a_case_asks_at_most_twelve_questions(hong_kong: Any, agree: Any, sign_in: Any) -> None:
    held = agree.nifs()
    client = sign_in(agree.make.person(powers=("officer",))).client
    asked = counting.questions(client, f"/cases/{held.case.reference}/")
    assert len(asked) <= MOST, "\n".join(asked)
