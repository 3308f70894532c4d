"""Evidence, claims, releases, payee accounts and payment runs — e.g. line 3 of a NIFS claim, reduced to the cap on patent fees.

Amounts that move are in the ledger; these rows say why they moved. Free text, names and bank details live here and never in an
event. Foreign keys point down to registers.
"""

from millrace.stages.deliver.models.advances import AdvanceRequest
from millrace.stages.deliver.models.audits import AuditSample, SampledLine
from millrace.stages.deliver.models.changes import ChangeRequest
from millrace.stages.deliver.models.claims import Claim, ClaimLine
from millrace.stages.deliver.models.evidence import Evidence, HeldProof
from millrace.stages.deliver.models.holdings import Breach, Disposal, Equipment, EquipmentCheck, Title
from millrace.stages.deliver.models.inspections import Finding, Inspection
from millrace.stages.deliver.models.open_instalments import KeptUpTo, OpenInstalment
from millrace.stages.deliver.models.payments import PayeeAccount, Payment, PaymentFile, PaymentRun, StatusFile
from millrace.stages.deliver.models.rates import ExchangeRate
from millrace.stages.deliver.models.receipts import BankReference, Receipt
from millrace.stages.deliver.models.recovery import DueDay, Receivable, RecoveryPlan, RevenueDeclaration, SetOff, Settlement
from millrace.stages.deliver.models.releases import Release, Unpaid
from millrace.stages.deliver.models.reports import Report
from millrace.stages.deliver.models.stages import StageSettlement

__all__ = [
    "AdvanceRequest",
    "AuditSample",
    "BankReference",
    "Breach",
    "ChangeRequest",
    "Claim",
    "ClaimLine",
    "Disposal",
    "DueDay",
    "Equipment",
    "EquipmentCheck",
    "Evidence",
    "ExchangeRate",
    "Finding",
    "HeldProof",
    "Inspection",
    "KeptUpTo",
    "OpenInstalment",
    "PayeeAccount",
    "Payment",
    "PaymentFile",
    "PaymentRun",
    "Receipt",
    "Receivable",
    "RecoveryPlan",
    "Release",
    "Report",
    "RevenueDeclaration",
    "SampledLine",
    "SetOff",
    "Settlement",
    "StageSettlement",
    "StatusFile",
    "Title",
    "Unpaid",
]
