"""Proves that no text is left out that holds the word searched for — e.g. "nine" and 智能, in Python's numbers and the database's."""

import hashlib
import json
from typing import Any

import pytest
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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("生產線", "生产线"),
        ("生産綫", "生产线"),
        ("香港衞星", "香港衛星"),
        ("臺灣", "台湾"),
        ("頭髮發展後裏", "头发发展后里"),
        ("啟動", "啓动"),
        ("ＮＩＦＳ－１２", "nifs-12"),
    ],
)
def test_both_scripts_and_both_widths_are_searched_as_one(one: str, other: str) -> None:
    assert searching.folded(one) == searching.folded(other)


def test_words_of_one_script_that_differ_stay_apart() -> None:
    assert len({searching.folded(word) for word in ("智能", "智慧", "科技", "科學", "香港", "香江")}) == 6


@given(LETTERS)
def test_what_is_folded_folds_no_further(text: str) -> None:
    assert searching.folded(searching.folded(text)) == searching.folded(text)


def test_the_table_is_the_one_that_cases_are_kept_by() -> None:
    """Another table asks for a migration that folds every case again, as 0014 did: only then change this number."""
    told = json.dumps(sorted(searching.letters().items())).encode()
    assert (len(searching.letters()), hashlib.sha256(told).hexdigest()[:12]) == (4_117, "9f6c19d1f982")
