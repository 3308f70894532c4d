"""Writes the file that tells a bank whom to pay, ISO 20022 pain.001.001.09 — e.g. twelve payments, to account number and bank code.

The same values always give the same bytes. Accounts are named by number and by the bank's code in its clearing system, as banks
outside the euro area ask. The message's elements: www.iso20022.org, "Payments Initiation".
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as Xml

from millrace.core import money

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MOST_NAME, MOST_REMITTANCE = 140, 140
# What XML 1.0 cannot hold at all, however it is escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account: in whose name, its number, and its bank by its code in a clearing system."""

    holder: str
    number: str
    bank_code: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment: our own name for it, to whom, how much in minor units, and what the payee reads on the statement."""

    end_to_end: str
    payee: BankAccount
    amount_cents: int
    remittance: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything one file says. `message_id` is never used for another file."""

    message_id: str
    made_at: datetime
    pay_on: date
    currency: str
    debtor: BankAccount
    clearing_system: str
    transfers: Sequence[Transfer]

    @property
    def total_cents(self) -> int:
        return sum(transfer.amount_cents for transfer in self.transfers)


def amount(cents: int, currency: str) -> str:
    """Write an amount with the currency's own decimals: 1050 of HKD as 10.50, of JPY as 1050."""
    return f"{Decimal(cents).scaleb(-money.decimals_of(currency)):f}"


def written(batch: Batch) -> bytes:
    """Write the file. A batch without payments, or one that names a payment twice, is refused."""
    names = [transfer.end_to_end for transfer in batch.transfers]
    if not names or len(set(names)) < len(names):
        raise ValueError("a file holds at least one payment, and each once")
    root = Xml.Element("Document", xmlns=NAMESPACE)
    message = _in(root, "CstmrCdtTrfInitn")
    _header(message, batch)
    _instruction(message, batch)
    Xml.indent(root)
    body: bytes = Xml.tostring(root, encoding="UTF-8", xml_declaration=True)
    return body + b"\n"


def digest(content: bytes) -> str:
    """Hash a file: what is downloaded later is what was checked."""
    return hashlib.sha256(content).hexdigest()


def control_sum(content: bytes) -> tuple[int, Decimal]:
    """Add up a file's own payments, one by one: how many and how much, whatever its header claims."""
    amounts = [element.text or "0" for element in Xml.fromstring(content).iter(f"{{{NAMESPACE}}}InstdAmt")]
    return len(amounts), sum((Decimal(text) for text in amounts), Decimal(0))


def _header(message: Xml.Element, batch: Batch) -> None:
    header = _in(message, "GrpHdr")
    _in(header, "MsgId", batch.message_id)
    _in(header, "CreDtTm", f"{batch.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z")
    _sums(header, batch)
    _in(_in(header, "InitgPty"), "Nm", batch.debtor.holder[:MOST_NAME])


def _instruction(message: Xml.Element, batch: Batch) -> None:
    instruction = _in(message, "PmtInf")
    _in(instruction, "PmtInfId", batch.message_id)
    _in(instruction, "PmtMtd", "TRF")
    _in(instruction, "BtchBookg", "true")
    _sums(instruction, batch)
    _in(_in(instruction, "ReqdExctnDt"), "Dt", batch.pay_on.isoformat())
    _in(_in(instruction, "Dbtr"), "Nm", batch.debtor.holder[:MOST_NAME])
    account = _account(instruction, "DbtrAcct", batch.debtor.number)
    _in(account, "Ccy", batch.currency)
    _bank(instruction, "DbtrAgt", batch.debtor.bank_code, batch.clearing_system)
    _in(instruction, "ChrgBr", "SHAR")
    for transfer in batch.transfers:
        _transfer(instruction, transfer, batch)


def _transfer(instruction: Xml.Element, transfer: Transfer, batch: Batch) -> None:
    told = _in(instruction, "CdtTrfTxInf")
    named = _in(told, "PmtId")
    _in(named, "InstrId", transfer.end_to_end)
    _in(named, "EndToEndId", transfer.end_to_end)
    paid = _in(_in(told, "Amt"), "InstdAmt", amount(transfer.amount_cents, batch.currency))
    paid.set("Ccy", batch.currency)
    _bank(told, "CdtrAgt", transfer.payee.bank_code, batch.clearing_system)
    _in(_in(told, "Cdtr"), "Nm", transfer.payee.holder[:MOST_NAME])
    _account(told, "CdtrAcct", transfer.payee.number)
    _in(_in(told, "RmtInf"), "Ustrd", transfer.remittance[:MOST_REMITTANCE])


def _sums(above: Xml.Element, batch: Batch) -> None:
    _in(above, "NbOfTxs", str(len(batch.transfers)))
    _in(above, "CtrlSum", amount(batch.total_cents, batch.currency))


def _account(above: Xml.Element, name: str, number: str) -> Xml.Element:
    account = _in(above, name)
    _in(_in(_in(account, "Id"), "Othr"), "Id", number)
    return account


def _bank(above: Xml.Element, name: str, code: str, clearing_system: str) -> None:
    member = _in(_in(_in(above, name), "FinInstnId"), "ClrSysMmbId")
    if clearing_system:
        _in(_in(member, "ClrSysId"), "Cd", clearing_system)
    _in(member, "MmbId", code)


def _in(above: Xml.Element, name: str, text: str = "") -> Xml.Element:
    element = Xml.SubElement(above, name)
    if text:
        element.text = _UNWRITABLE.sub("", text)
    return element
