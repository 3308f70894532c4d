"""Proves that the file says what the run pays, cent for cent — e.g. valid by its schema, and the same bytes from the same values."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import money, payment_file
from millrace.core.payment_file import BankAccount, Batch, Transfer

DEBTOR = BankAccount("Innovation and Technology Fund", "123456789001", "004")
AT = datetime(2026, 3, 4, 1, 2, 3, tzinfo=UTC)
SCHEMA = xmlschema.XMLSchema(str(resources.files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))
NAMES = {"": payment_file.NAMESPACE}


def batch(*transfers: Transfer, currency: str = "HKD", **other: Any) -> Batch:
    told = Batch("R20260304-7KQ2M4XD", AT, date(2026, 3, 4), currency, DEBTOR, "HKNCC", transfers)
    return dataclasses.replace(told, **other)


def transfer(number: int, cents: int, holder: str = "Harbour Precision 港灣 & Sons <Ltd>") -> Transfer:
    return Transfer(f"E-{number}", BankAccount(holder, "000123456", "012"), cents, f"NIFS-7KQ2-M4XD / {number}")


def test_the_file_says_what_is_paid_to_whom() -> None:
    content = payment_file.written(batch(transfer(1, 9_000_000_05), transfer(2, 1)))
    decoded: Any = SCHEMA.decode(content.decode(), namespaces=NAMES)
    told = decoded["CstmrCdtTrfInitn"]
    (instruction,) = told["PmtInf"]
    header = {name: told["GrpHdr"][name] for name in ("MsgId", "NbOfTxs", "CtrlSum")}
    assert header == {"MsgId": "R20260304-7KQ2M4XD", "NbOfTxs": "2", "CtrlSum": Decimal("9000000.06")}
    assert (instruction["NbOfTxs"], instruction["CtrlSum"]) == ("2", Decimal("9000000.06"))
    first = instruction["CdtTrfTxInf"][0]
    assert first["PmtId"]["EndToEndId"] == "E-1"
    assert first["Amt"]["InstdAmt"] == {"@Ccy": "HKD", "$": Decimal("9000000.05")}
    assert first["Cdtr"]["Nm"] == "Harbour Precision 港灣 & Sons <Ltd>"
    assert first["CdtrAcct"]["Id"]["Othr"]["Id"] == "000123456"
    assert first["CdtrAgt"]["FinInstnId"]["ClrSysMmbId"] == {"ClrSysId": {"Cd": "HKNCC"}, "MmbId": "012"}
    assert instruction["DbtrAcct"]["Id"]["Othr"]["Id"] == "123456789001"


@given(
    st.lists(st.integers(1, money.LARGEST_CENTS // 100), min_size=1, max_size=12),
    st.sampled_from(["HKD", "CNY", "EUR", "JPY"]),
    st.text(min_size=1, max_size=200).filter(lambda name: payment_file._UNWRITABLE.sub("", name[:140]).strip() != ""),
)
def test_every_file_is_valid_adds_up_and_is_written_alike(amounts: list[int], currency: str, holder: str) -> None:
    told = batch(*(transfer(number, cents, holder) for number, cents in enumerate(amounts)), currency=currency)
    content = payment_file.written(told)
    SCHEMA.validate(content.decode())
    total = Decimal(sum(amounts)).scaleb(-money.decimals_of(currency))
    assert payment_file.control_sum(content) == (len(amounts), total)
    assert content == payment_file.written(told)


def test_the_schema_refuses_what_is_wrong() -> None:
    """The check can fail: a name too long for the element, an amount that is none, an element out of its place."""
    content = payment_file.written(batch(transfer(1, 100))).decode()
    for was, now in (("E-1", "E" * 36), ("1.00", "much"), ("<ChrgBr>SHAR</ChrgBr>", ""), ("<MsgId>", "<MsgId/><MsgId>")):
        changed = content.replace(was, now)
        assert changed != content
        assert SCHEMA.is_valid(changed) is (was == "<ChrgBr>SHAR</ChrgBr>")


def test_a_payment_named_twice_or_no_payment_is_not_written() -> None:
    for wrong in (batch(), batch(transfer(1, 5), transfer(1, 6))):
        with pytest.raises(ValueError, match="each once"):
            payment_file.written(wrong)
