"""Proves the checks of registration numbers — e.g. a certificate number and its first eight digits are one organisation."""

import pytest

from millrace.core import identity

BUSINESS = identity.Kind("hk_br", r"([0-9]{8})(?:-?[0-9]{3}(?:-?[0-9]{2}-?[0-9]{2}-?[0-9A-Z])?)?")
CREDIT = identity.Kind("cn_uscc", r"[0-9A-Z]{18}", "uscc")
ENTITY = identity.Kind("lei", r"[0-9A-Z]{20}", "lei")


@pytest.mark.parametrize(
    ("kind", "written", "number"),
    [
        (BUSINESS, "12345678", "12345678"),
        (BUSINESS, " 1234 5678 ", "12345678"),
        (BUSINESS, "１２３４５６７８", "12345678"),
        (BUSINESS, "12345678-000", "12345678"),
        (BUSINESS, "12345678-000-01-24-1", "12345678"),
        (CREDIT, "91110000600037341l", "91110000600037341L"),
        (ENTITY, "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15"),
    ],
)
def test_a_good_number_is_brought_to_its_one_form(kind: identity.Kind, written: str, number: str) -> None:
    assert identity.registration(kind, written) == identity.Number(kind.id, number)


@pytest.mark.parametrize(
    ("kind", "written", "problem"),
    [
        (BUSINESS, "1234567", "wrong-shape"),
        (BUSINESS, "", "wrong-shape"),
        (CREDIT, "91110000600037342L", "wrong-check-digit"),
        (ENTITY, "213800KUD8LXJWSQ9D15", "wrong-check-digit"),
    ],
)
def test_a_wrong_number_says_what_is_wrong(kind: identity.Kind, written: str, problem: str) -> None:
    found = identity.registration(kind, written)
    assert found.problem == problem and not found.is_good


def test_names_are_kept_one_way() -> None:
    assert identity.tidy_name("  Harbour　Precision  Ltd ") == "Harbour Precision Ltd"
    assert identity.has_han("港灣精工") and not identity.has_han("Harbour")
