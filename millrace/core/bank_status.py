"""Reads what a bank says became of a run, ISO 20022 pain.002 — e.g. eleven payments settled, and one rejected with AC04.

A file is read whole or not at all: half of one, one that declares entities, one of another run, an unknown payment or a word that
contradicts an earlier one each give a code, which the action puts into a sentence. Nothing is changed by part of a file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as Xml
from xml.parsers import expat

from millrace.core import payment_file

MOST_BYTES: Final = 20 * 2**20
MOST_DEPTH: Final = 30
# The message's own numbers: no exponent, so that no short text becomes an endless number.
_WHOLE: Final = re.compile(r"[0-9]{1,15}")
_DECIMAL: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,17})?")
NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.002."

PENDING, ACCEPTED, SETTLED, REJECTED, RETURNED = "pending", "accepted", "settled", "rejected", "returned"
SENT = "sent"
# The bank's own codes (ISO external payment transaction status): what each means for our payment.
MEANINGS: Final[Mapping[str, str]] = {
    "RCVD": PENDING,
    "PDNG": PENDING,
    "ACTC": ACCEPTED,
    "ACCP": ACCEPTED,
    "ACFC": ACCEPTED,
    "ACWC": ACCEPTED,
    "ACSP": ACCEPTED,
    "ACSC": SETTLED,
    "ACCC": SETTLED,
    "RJCT": REJECTED,
    "CANC": REJECTED,
}


class Unreadable(ValueError):
    """A file that is no status report; `code` says why: too_large, not_whole, entities, too_deep, not_a_report or not_named."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """The bank's word on one payment; an amount or day it does not repeat is None."""

    end_to_end: str
    status: str
    reason: str = ""
    amount: Decimal | None = None
    currency: str = ""
    reference: str = ""
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One file: its own name, the file it answers, that file's figures as the bank repeats them, and each payment."""

    message_id: str
    original_message_id: str
    original_count: int | None
    original_sum: Decimal | None
    group_status: str
    group_reason: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A payment as we know it: its amount, where it stands (sent, accepted, settled, rejected, returned) and why it was not paid."""

    amount_cents: int
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The run as it was sent."""

    message_id: str
    currency: str
    payments: Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one payment."""

    end_to_end: str
    to: str
    reason: str = ""
    reference: str = ""
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """Why the file is not taken, about which payment, and the values required and found."""

    code: str
    end_to_end: str = ""
    required: str = ""
    found: str = ""


def read(content: bytes) -> Report:
    """Read a file, or raise `Unreadable`. No entity is ever expanded: a file that declares any, or a document type, is refused."""
    root = _tree(content)
    namespace, _brace, _name = root.tag.removeprefix("{").rpartition("}")
    report = root.find(f"{{{namespace}}}CstmrPmtStsRpt")
    if not namespace.startswith(NAMESPACE) or report is None:
        raise Unreadable("not_a_report")
    told = _Told(report, namespace)
    message_id, original = told.text("GrpHdr/MsgId"), told.text("OrgnlGrpInfAndSts/OrgnlMsgId")
    if not message_id or not original:
        raise Unreadable("not_named")
    # A bank says what became of everything either of the file or of its one instruction.
    group = told.text("OrgnlGrpInfAndSts/GrpSts") or told.text("OrgnlPmtInfAndSts/PmtInfSts")
    return Report(
        message_id=message_id,
        original_message_id=original,
        original_count=told.whole("OrgnlGrpInfAndSts/OrgnlNbOfTxs"),
        original_sum=told.decimal("OrgnlGrpInfAndSts/OrgnlCtrlSum"),
        group_status=group,
        group_reason=next(
            filter(None, (told.text(f"{place}/StsRsnInf/Rsn/{kind}") for place in _WHOLE_FILE for kind in ("Cd", "Prtry"))), ""
        ),
        entries=tuple(_entry(each) for each in told.all("OrgnlPmtInfAndSts/TxInfAndSts")),
    )


_WHOLE_FILE: Final = ("OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts")


def decide(report: Report, sent: Sent) -> tuple[Change, ...] | Objection:
    """Say what the file changes, payment by payment, or why it is not taken; what is known already changes nothing."""
    if objection := _against_the_whole(report, sent):
        return objection
    entries = report.entries or tuple(
        Entry(name, report.group_status, report.group_reason) for name in sent.payments if report.group_status != "PART"
    )
    if not entries:
        return Objection("says-nothing")
    found: dict[str, Change] = {}
    for entry in entries:
        if entry.end_to_end in found:
            return Objection("named-twice", entry.end_to_end)
        judged = _judged(entry, sent)
        if isinstance(judged, Objection):
            return judged
        found[entry.end_to_end] = judged
    return tuple(change for change in found.values() if change.to != sent.payments[change.end_to_end].state and change.to != PENDING)


def _against_the_whole(report: Report, sent: Sent) -> Objection | None:
    total = Decimal(payment_file.amount(sum(known.amount_cents for known in sent.payments.values()), sent.currency))
    if report.original_message_id != sent.message_id:
        return Objection("another-run", required=sent.message_id, found=report.original_message_id)
    if report.original_count is not None and report.original_count != len(sent.payments):
        return Objection("count-differs", required=str(len(sent.payments)), found=str(report.original_count))
    if report.original_sum is not None and report.original_sum != total:
        return Objection("sum-differs", required=f"{total:f}", found=f"{report.original_sum:f}")
    return None


def _judged(entry: Entry, sent: Sent) -> Change | Objection:
    known, meaning = sent.payments.get(entry.end_to_end), MEANINGS.get(entry.status)
    if known is None:
        return Objection("unknown-payment", entry.end_to_end)
    if meaning is None:
        return Objection("unknown-status", entry.end_to_end, found=entry.status)
    required = payment_file.amount(known.amount_cents, sent.currency)
    if entry.amount is not None and (entry.amount != Decimal(required) or entry.currency != sent.currency):
        return Objection("amount-differs", entry.end_to_end, f"{sent.currency} {required}", f"{entry.currency} {entry.amount:f}")
    # What was paid and came back is told with its reason and the bank's own reference of it; a bare word against an earlier one is not.
    if known.state == SETTLED and meaning == REJECTED and entry.reason and entry.reference:
        return Change(entry.end_to_end, RETURNED, entry.reason, entry.reference, entry.settled_on)
    if known.state == RETURNED and meaning == REJECTED and entry.reason in ("", known.reason):
        return Change(entry.end_to_end, RETURNED, known.reason)
    is_final = known.state in (SETTLED, REJECTED, RETURNED)
    is_same = meaning == known.state and (meaning != REJECTED or entry.reason in ("", known.reason))
    if is_final and not is_same:
        return Objection("contradicts", entry.end_to_end, known.state, meaning)
    to = known.state if known.state == ACCEPTED and meaning == PENDING else meaning
    return Change(entry.end_to_end, to, entry.reason, entry.reference, entry.settled_on)


class _Told:
    """An element and what is written below it; all paths without the namespace."""

    def __init__(self, element: Xml.Element, namespace: str) -> None:
        self._element, self._namespace = element, namespace

    def _path(self, path: str) -> str:
        return "/".join(f"{{{self._namespace}}}{name}" for name in path.split("/"))

    def all(self, path: str) -> "list[_Told]":
        return [_Told(found, self._namespace) for found in self._element.findall(self._path(path))]

    def text(self, path: str) -> str:
        return (self._element.findtext(self._path(path)) or "").strip()

    def attribute(self, path: str, name: str) -> str:
        found = self._element.find(self._path(path))
        return "" if found is None else found.get(name, "")

    def whole(self, path: str) -> int | None:
        written = self.text(path)
        if written and not _WHOLE.fullmatch(written):
            raise Unreadable("not_a_report")
        return int(written) if written else None

    def decimal(self, path: str) -> Decimal | None:
        written = self.text(path)
        if written and not _DECIMAL.fullmatch(written):
            raise Unreadable("not_a_report")
        return Decimal(written) if written else None

    def day(self, path: str) -> date | None:
        written = self.text(path)[:10]
        try:
            return date.fromisoformat(written) if written else None
        except ValueError:
            raise Unreadable("not_a_report") from None


def _entry(told: _Told) -> Entry:
    return Entry(
        end_to_end=told.text("OrgnlEndToEndId"),
        status=told.text("TxSts"),
        reason=told.text("StsRsnInf/Rsn/Cd") or told.text("StsRsnInf/Rsn/Prtry"),
        amount=told.decimal("OrgnlTxRef/Amt/InstdAmt"),
        currency=told.attribute("OrgnlTxRef/Amt/InstdAmt", "Ccy"),
        reference=told.text("AcctSvcrRef"),
        settled_on=told.day("FctvIntrBkSttlmDt/Dt") or told.day("AccptncDtTm"),
    )


def _tree(content: bytes) -> Xml.Element:
    """Build the tree by hand over expat, so that a document type stops the reading before any entity of it exists."""
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large")
    builder, parser = Xml.TreeBuilder(), expat.ParserCreate(namespace_separator="}")
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise Unreadable("too_deep")
        builder.start("{" + name if "}" in name else name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end("{" + name if "}" in name else name)

    def forbidden(*_told: object) -> None:
        raise Unreadable("entities")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = forbidden
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, UnicodeError):
        raise Unreadable("not_whole") from None
    return builder.close()
