"""Proves that no text is left out that holds the word searched for — e.g. "nine" and 智能, in Python's numbers and the database's."""

from typing import Any

from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.registers.cases import searching

LETTERS = st.text(st.one_of(st.sampled_from("abne -2智能生產線"), st.characters(codec="utf-8", exclude_characters="\x00")), max_size=40)


def grams_in(text: str) -> set[int]:
    """This will ask the database for the numbers it keeps of a text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT grams(%s)", [text])
        return set(cursor.fetchone()[0])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=LETTERS, data=st.data())
def test_every_word_of_a_text_is_found_by_its_numbers(db_clone: Any, text: str, data: st.DataObject) -> None:
    kept = grams_in(text)
    for word in text.split():
        start = data.draw(st.integers(0, len(word) - 1))
        part = word[start : data.draw(st.integers(start + 1, len(word)))]
        assert set(searching.grams_of(part)) <= kept, part


def test_a_triple_leaves_out_what_its_pairs_would_not(db_clone: Any) -> None:
    assert not set(searching.grams_of("nine")) <= grams_in("lini enin")
    assert searching.grams_of("智") == [] and set(searching.grams_of("智能")) <= grams_in("精密智能")
