"""Everything that may be done in this stage, by subject — e.g. `deliver.release_instalment(case, instalment=1, …)`."""

from millrace.stages.deliver.actions.accounts import propose_account, refuse_account, verify_account
from millrace.stages.deliver.actions.advances import request_advance
from millrace.stages.deliver.actions.audits import audit_line, conclude_sample, decide_recovery, draw_sample
from millrace.stages.deliver.actions.banked import give_up_reference, take_reference
from millrace.stages.deliver.actions.bookings import answer_booking, book_hours, cancel_booking, record_booking_use
from millrace.stages.deliver.actions.changes import (
    BY_FUNDER,
    OBJECTIONS,
    Wish,
    advise_change,
    ask_back_change,
    open_change,
    save_change,
    submit_change,
    withdraw_change,
)
from millrace.stages.deliver.actions.claims import LineEntry, attach_proof, decide_claim, open_claim, rule_line, save_claim, submit_claim
from millrace.stages.deliver.actions.deciding_changes import decide_change, lift_suspension, settle_requests
from millrace.stages.deliver.actions.equipment import answer_disposal, ask_disposal, check_equipment, register_equipment
from millrace.stages.deliver.actions.evidence import File, report_milestone, verify_evidence
from millrace.stages.deliver.actions.hours import grant_hours, record_hours, return_hours
from millrace.stages.deliver.actions.inspections import (
    Found,
    answer_finding,
    call_off_inspection,
    clear_finding,
    hold_inspection,
    plan_inspection,
)
from millrace.stages.deliver.actions.matching import InKind, record_in_kind, record_matching
from millrace.stages.deliver.actions.measures import MOST_MEASURED, record_measure
from millrace.stages.deliver.actions.months import close_month
from millrace.stages.deliver.actions.payments import (
    cancel_payment_run,
    check_payment_run,
    order_payment_run,
    reject_payment,
    settle_payment,
)
from millrace.stages.deliver.actions.plans import agree_plan, end_missed_plans
from millrace.stages.deliver.actions.rates import record_rate
from millrace.stages.deliver.actions.receipts import receive_money, take_back_receipt
from millrace.stages.deliver.actions.recovery import confirm_receivable, raise_receivable, withdraw_receivable
from millrace.stages.deliver.actions.releases import release_instalment
from millrace.stages.deliver.actions.repaying import order_repayment
from millrace.stages.deliver.actions.reports import due_of, reconciled, remind_of_reports, rule_report, save_report, submit_report
from millrace.stages.deliver.actions.returned import record_returned_payment
from millrace.stages.deliver.actions.revenue import declare_revenue
from millrace.stages.deliver.actions.settling import decide_set_off, propose_set_off, write_off
from millrace.stages.deliver.actions.stages import settle_stage
from millrace.stages.deliver.actions.status_files import read_status_file
from millrace.stages.deliver.actions.titles import record_title

__all__ = [
    "BY_FUNDER",
    "MOST_MEASURED",
    "OBJECTIONS",
    "File",
    "Found",
    "InKind",
    "LineEntry",
    "Wish",
    "advise_change",
    "agree_plan",
    "answer_booking",
    "answer_disposal",
    "answer_finding",
    "ask_back_change",
    "ask_disposal",
    "attach_proof",
    "audit_line",
    "book_hours",
    "call_off_inspection",
    "cancel_booking",
    "cancel_payment_run",
    "check_equipment",
    "check_payment_run",
    "clear_finding",
    "close_month",
    "conclude_sample",
    "confirm_receivable",
    "decide_change",
    "decide_claim",
    "decide_recovery",
    "decide_set_off",
    "declare_revenue",
    "draw_sample",
    "due_of",
    "end_missed_plans",
    "give_up_reference",
    "grant_hours",
    "hold_inspection",
    "lift_suspension",
    "open_change",
    "open_claim",
    "order_payment_run",
    "order_repayment",
    "plan_inspection",
    "propose_account",
    "propose_set_off",
    "raise_receivable",
    "read_status_file",
    "receive_money",
    "reconciled",
    "record_booking_use",
    "record_hours",
    "record_in_kind",
    "record_matching",
    "record_measure",
    "record_rate",
    "record_returned_payment",
    "record_title",
    "refuse_account",
    "register_equipment",
    "reject_payment",
    "release_instalment",
    "remind_of_reports",
    "report_milestone",
    "request_advance",
    "return_hours",
    "rule_line",
    "rule_report",
    "save_change",
    "save_claim",
    "save_report",
    "settle_payment",
    "settle_requests",
    "settle_stage",
    "submit_change",
    "submit_claim",
    "submit_report",
    "take_back_receipt",
    "take_reference",
    "verify_account",
    "verify_evidence",
    "withdraw_change",
    "withdraw_receivable",
    "write_off",
]
