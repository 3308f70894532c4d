"""Everything that may be done in this stage, by subject — e.g. `deliver.release_instalment(case, instalment=1, …)`."""

from millrace.stages.deliver.actions.accounts import propose_account, refuse_account, verify_account
from millrace.stages.deliver.actions.claims import LineEntry, attach_proof, decide_claim, open_claim, rule_line, save_claim, submit_claim
from millrace.stages.deliver.actions.evidence import File, report_milestone, verify_evidence
from millrace.stages.deliver.actions.hours import grant_hours, record_hours, return_hours
from millrace.stages.deliver.actions.matching import InKind, record_in_kind, record_matching
from millrace.stages.deliver.actions.months import close_month
from millrace.stages.deliver.actions.payments import (
    cancel_payment_run,
    check_payment_run,
    order_payment_run,
    reject_payment,
    settle_payment,
)
from millrace.stages.deliver.actions.releases import release_instalment

__all__ = [
    "File",
    "InKind",
    "LineEntry",
    "attach_proof",
    "cancel_payment_run",
    "check_payment_run",
    "close_month",
    "decide_claim",
    "grant_hours",
    "open_claim",
    "order_payment_run",
    "propose_account",
    "record_hours",
    "record_in_kind",
    "record_matching",
    "refuse_account",
    "reject_payment",
    "release_instalment",
    "report_milestone",
    "return_hours",
    "rule_line",
    "save_claim",
    "settle_payment",
    "submit_claim",
    "verify_account",
    "verify_evidence",
]
