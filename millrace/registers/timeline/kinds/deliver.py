"""Events of evidence, claims, releases, payments — e.g. "claim decided"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("milestone_reported", _("Evidence for milestone %(milestone)s recorded")),
    Kind("milestone_accepted", _("Milestone %(milestone)s accepted")),
    Kind("milestone_returned", _("Evidence for milestone %(milestone)s not accepted")),
    Kind("evidence_recorded", _("Evidence %(number)s of matching money recorded: %(amount_cents)s")),
    Kind("evidence_verified", _("Evidence %(number)s of matching money verified: %(verified_cents)s of %(amount_cents)s")),
    Kind("evidence_rejected", _("Evidence %(number)s of matching money not accepted")),
    Kind("claim_submitted", _("Claim %(claim)s submitted: %(line_count)s lines, %(claimed_cents)s")),
    Kind("line_ruled", _("Claim %(claim)s, line %(line)s ruled: %(allowed_cents)s allowed, %(refused_cents)s refused"), "staff"),
    Kind("claim_decided", _("Claim %(claim)s decided: %(allowed_cents)s allowed, %(refused_cents)s refused, %(payable_cents)s payable")),
    Kind("payee_account_proposed", _("Payee account proposed"), "finance"),
    Kind("payee_account_verified", _("Payee account verified by one person of finance"), "finance"),
    Kind("payee_account_refused", _("Payee account refused"), "finance"),
    Kind("instalment_released", _("Instalment %(instalment)s released: %(amount_cents)s, resting on %(matching_cents)s of matching money")),
    Kind("payment_ordered", _("Payment of %(amount_cents)s ordered in run %(run)s"), "finance"),
    Kind("payment_checked", _("Payment of %(amount_cents)s checked and sent to the bank in run %(run)s")),
    Kind("payment_cancelled", _("Payment of %(amount_cents)s taken out of run %(run)s before it was sent"), "finance"),
    Kind("payment_settled", _("Payment of %(amount_cents)s settled on %(settled_on)s")),
    Kind("payment_rejected", _("Payment of %(amount_cents)s rejected by the bank: %(reason)s")),
    Kind("month_closed", _("Books of %(month)s closed"), "finance"),
    Kind("hours_granted", _("%(hours)s hours of %(resource)s granted")),
    Kind("hours_used", _("%(hours)s hours of %(resource)s used")),
    Kind("hours_returned", _("%(hours)s hours of %(resource)s returned")),
)
