"""Proves with Beancount's own checker that the books written for outsiders hold — and that one cent altered anywhere does not."""

import random
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from millrace.registers.ledger import actions, journal
from millrace.registers.ledger.ledger_test import DAY, NOON, YEAR, Books
from millrace.registers.timeline import sealer

BEAN_CHECK = Path(sys.executable).with_name("bean-check")
AMOUNT = re.compile(r"(?<= )-?[0-9]+\.[0-9]{2}(?= (?:~ 0 )?HKD)")


def complaints(text: str, folder: Path) -> str:
    file = folder / "books.beancount"
    file.write_text(text, encoding="utf-8")
    told = subprocess.run([BEAN_CHECK, "--no-cache", file], capture_output=True, text=True, check=False)
    assert (told.returncode == 0) == (told.stderr == ""), told.stderr
    return told.stderr


def written(on: date = DAY, seal: int | None = None) -> str:
    last = sealer.seal_as_known(NOON)
    assert last is not None
    return "".join(journal.beancount_lines(on=on, seal=seal or last.number, title='The "funder"', currency="HKD"))


@pytest.fixture
def kept(make: Any) -> Books:
    """One award in dollars and one in GPU-hours, with matching money, paid in part and the rest returned, over three days."""
    books = Books(make)
    books.do(actions.reserve, 30_000)
    books.do(actions.commit, 30_000)
    books.do(actions.mark_due, 20_000, on=DAY + timedelta(days=1))
    books.do(actions.pay, 20_000, financial_year=YEAR, on=DAY + timedelta(days=1))
    books.do(actions.return_unspent, 1_501, on=DAY + timedelta(days=2))
    sponsor = make.organisation()
    with transaction.atomic():
        actions.pledge_match(books.case, sponsor, "in_kind", 12_345, unit="HKD", **books.when())
    dollars, books.envelope = books.envelope, actions.envelope("aiss", "aiss", "GPU-hour")
    with transaction.atomic():
        actions.appropriate(books.envelope, 5_000, **books.when())
    books.do(actions.reserve, 1_200)
    books.envelope = dollars
    sealer.seal(NOON)
    return books


@pytest.mark.parametrize("days", range(4))
def test_the_checker_accepts_the_books_of_any_day(kept: Books, tmp_path: Path, days: int) -> None:
    text = written(DAY + timedelta(days=days))
    assert complaints(text, tmp_path) == ""
    assert "GPU-HOUR" in text and kept.case.reference in text
    assert text.count("balance ") >= 6


def test_a_later_seal_is_left_out(kept: Books, tmp_path: Path) -> None:
    last = sealer.seal_as_known(NOON)
    before = written()
    kept.do(actions.release_commitment, 777)
    sealer.seal(NOON)
    assert last is not None and written(seal=last.number) == before
    after = written()
    assert "7.77 HKD" in after and after != before and complaints(after, tmp_path) == ""


def test_one_cent_altered_anywhere_is_refused(kept: Books, tmp_path: Path) -> None:
    text = written(DAY + timedelta(days=3))
    places = [found.span() for found in AMOUNT.finditer(text)]
    assert len(places) > 20
    for start, end in random.Random(4).sample(places, 12):
        altered = f"{float(text[start:end]) + 0.01:.2f}"
        assert complaints(text[:start] + altered + text[end:], tmp_path), text[start - 60 : end]


def test_a_cent_moved_on_both_sides_of_an_entry_is_refused_by_the_balance(kept: Books, tmp_path: Path) -> None:
    text = written(DAY + timedelta(days=3))
    assert text.count("-300.00 HKD") == 2 and text.count(" 300.00 HKD") == 2
    altered = text.replace("-300.00 HKD", "-300.01 HKD").replace(" 300.00 HKD", " 300.01 HKD")
    told = complaints(altered, tmp_path)
    assert "Balance failed" in told


def test_more_cases_are_named_than_a_statement_takes_values_for(make: Any) -> None:
    case = make.case()
    assert journal._references({case.pk, *range(case.pk + 1, case.pk + 70_000)}) == {case.pk: case.reference}
