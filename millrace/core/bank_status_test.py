"""Proves that a bank's file is taken whole or not at all — e.g. a truncated one, one of another run, a settlement after a rejection."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import bank_status
from millrace.core.bank_status import ACCEPTED, REJECTED, RETURNED, SENT, SETTLED, Change, Entry, Known, Objection, Report, Unreadable

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"


def transaction(end_to_end: str, status: str, reason: str = "", amount: str = "", currency: str = "HKD", on: str = "2026-03-02") -> str:
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    paid = f'<OrgnlTxRef><Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt></OrgnlTxRef>' if amount else ""
    settled = f"<FctvIntrBkSttlmDt><Dt>{on}</Dt></FctvIntrBkSttlmDt>" if status == "ACSC" else ""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end}</OrgnlEndToEndId><TxSts>{status}</TxSts>{why}"
        f"<AcctSvcrRef>B-{end_to_end}</AcctSvcrRef>{settled}{paid}</TxInfAndSts>"
    )


def file(*transactions: str, original: str = "R1", message: str = "BANK-1", group: str = "PART", more: str = "", head: str = "") -> bytes:
    """This will write a bank's file; `more` stands among the original group's own elements, `head` before the document."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<Document xmlns="{NAMESPACE}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-03-05T09:00:00Z</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{more}"
        f"<GrpSts>{group}</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{original}</OrgnlPmtInfId>"
        f"{''.join(transactions)}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


def sent(**states: str) -> bank_status.Sent:
    """This will be a run of payments A, B and C, HK$10.50 each, as they stand."""
    known = {name: Known(1050, states.get(name, SENT), "AC04" if states.get(name) in (REJECTED, RETURNED) else "") for name in "ABC"}
    return bank_status.Sent("R1", "HKD", known)


def decided(*transactions: str, stands: bank_status.Sent | None = None, **how: Any) -> tuple[Change, ...] | Objection:
    return bank_status.decide(bank_status.read(file(*transactions, **how)), stands or sent())


def code(*transactions: str, **how: Any) -> str:
    found = decided(*transactions, **how)
    assert isinstance(found, Objection)
    return found.code


def test_each_payment_gets_its_own_word() -> None:
    read = decided(transaction("A", "ACSC", amount="10.50"), transaction("B", "RJCT", "AC04"), transaction("C", "ACSP"))
    assert read == (
        Change("A", SETTLED, reference="B-A", settled_on=date(2026, 3, 2)),
        Change("B", REJECTED, "AC04", "B-B"),
        Change("C", ACCEPTED, reference="B-C"),
    )


def test_a_word_on_the_whole_file_is_a_word_on_each_payment() -> None:
    refused = decided(group="RJCT", more="<OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>31.50</OrgnlCtrlSum>")
    assert isinstance(refused, tuple) and [change.to for change in refused] == [REJECTED] * 3
    assert code(group="PART") == "says-nothing"
    of_the_instruction = file("<PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>").replace(
        b"<GrpSts>PART</GrpSts>", b""
    )
    refused = bank_status.decide(bank_status.read(of_the_instruction), sent(A=ACCEPTED))
    assert isinstance(refused, tuple) and [(change.to, change.reason) for change in refused] == [(REJECTED, "AM04")] * 3


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"original": "R2"}, "another-run"),
        ({"more": "<OrgnlNbOfTxs>4</OrgnlNbOfTxs>"}, "count-differs"),
        ({"more": "<OrgnlCtrlSum>31.51</OrgnlCtrlSum>"}, "sum-differs"),
    ],
)
def test_a_file_that_answers_something_else_is_not_taken(told: dict[str, str], why: str) -> None:
    assert code(transaction("A", "ACSC"), **told) == why


@pytest.mark.parametrize(
    ("transactions", "why"),
    [
        ([transaction("A", "ACSC"), transaction("Z", "ACSC")], "unknown-payment"),
        ([transaction("A", "ACSC"), transaction("A", "ACSC")], "named-twice"),
        ([transaction("A", "ACSC", amount="10.51")], "amount-differs"),
        ([transaction("A", "ACSC", amount="10.50", currency="CNY")], "amount-differs"),
        ([transaction("A", "MAYB")], "unknown-status"),
    ],
)
def test_a_payment_that_is_not_ours_stops_the_whole_file(transactions: list[str], why: str) -> None:
    assert code(*transactions) == why


@pytest.mark.parametrize(
    ("state", "status", "reason", "becomes"),
    [
        (ACCEPTED, "ACSC", "", SETTLED),
        (ACCEPTED, "RJCT", "AM04", REJECTED),
        (ACCEPTED, "PDNG", "", None),
        (SETTLED, "ACSC", "", None),
        (REJECTED, "RJCT", "AC04", None),
        (SETTLED, "RJCT", "AC04", RETURNED),
        (SETTLED, "RJCT", "", "contradicts"),
        (RETURNED, "RJCT", "AC04", None),
        (RETURNED, "ACSC", "", "contradicts"),
        (SETTLED, "ACSP", "", "contradicts"),
        (REJECTED, "ACSC", "", "contradicts"),
        (REJECTED, "RJCT", "AC01", "contradicts"),
    ],
)
def test_what_was_said_before_stands(state: str, status: str, reason: str, becomes: str | None) -> None:
    found = decided(transaction("A", status, reason), stands=sent(A=state))
    if isinstance(found, Objection):
        assert found.code == becomes
    else:
        assert [change.to for change in found] == ([becomes] if becomes else [])


BOMB = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not_whole"),
        (b"PDF", "not_whole"),
        (b"\xff\xfe\x00", "not_whole"),
        (file(transaction("A", "ACSC"), head=BOMB), "entities"),
        (file(transaction("A", "ACSC"), head=OUTSIDE), "entities"),
        (b"<!DOCTYPE Document>" + file()[38:], "entities"),
        (b"<a>" * 40 + b"</a>" * 40, "too_deep"),
        (b" " * (bank_status.MOST_BYTES + 1), "too_large"),
        (b"<Document/>", "not_a_report"),
        (file().replace(b"pain.002.", b"pain.001."), "not_a_report"),
        (file(more="<OrgnlNbOfTxs>many</OrgnlNbOfTxs>"), "not_a_report"),
        (file(transaction("A", "ACSC", amount="NaN")), "not_a_report"),
        (file(more="<OrgnlNbOfTxs>" + "9" * 5000 + "</OrgnlNbOfTxs>"), "not_a_report"),
        (file(more="<OrgnlCtrlSum>1E999999999</OrgnlCtrlSum>"), "not_a_report"),
        (file(transaction("A", "ACSC", amount="1E999999999")), "not_a_report"),
        (file(transaction("A", "ACSC", amount="-10.50")), "not_a_report"),
        (file(original=" "), "not_named"),
    ],
)
def test_what_is_no_report_says_why(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=f"^{why}$"):
        bank_status.read(content)


@given(st.integers(1, len(file(transaction("A", "ACSC"))) - 1))
def test_half_a_file_is_no_file(length: int) -> None:
    with pytest.raises(Unreadable, match="not_whole"):
        bank_status.read(file(transaction("A", "ACSC"))[:length])


STATES = st.sampled_from([SENT, ACCEPTED, SETTLED, REJECTED])
WORDS = st.sampled_from(sorted(bank_status.MEANINGS))


@given(st.lists(st.tuples(st.sampled_from("ABCZ"), WORDS), min_size=1, max_size=5), st.tuples(STATES, STATES, STATES))
def test_a_file_is_taken_whole_or_not_at_all_and_never_reopens_what_is_final(
    told: Sequence[tuple[str, str]], states: tuple[str, ...]
) -> None:
    stands = sent(**dict(zip("ABC", states, strict=True)))
    report = Report("BANK-1", "R1", None, Decimal("31.50"), "PART", "", tuple(Entry(name, word) for name, word in told))
    found = bank_status.decide(report, stands)
    if isinstance(found, Objection):
        return
    names = [name for name, _word in told]
    assert len(set(names)) == len(names) and set(names) <= set(stands.payments)
    assert all(stands.payments[change.end_to_end].state not in (SETTLED, REJECTED) for change in found)


def test_a_payment_comes_back_only_with_the_banks_reference_of_it() -> None:
    bare = transaction("A", "RJCT", "AC04").replace("<AcctSvcrRef>B-A</AcctSvcrRef>", "")
    assert code(bare, stands=sent(A=SETTLED)) == "contradicts"
