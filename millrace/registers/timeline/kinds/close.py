"""Events of final accounts and endings — e.g. "case closed"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("refund_received", _("Refund of %(amount_cents)s received and put back into the envelope")),
    Kind("refund_taken_back", _("Refund of %(amount_cents)s received on %(received_on)s was recorded in error and is taken back")),
    Kind("case_closed", _("Case closed: %(paid_cents)s paid, %(unspent_cents)s back to the envelope")),
    Kind("case_terminated", _("Case terminated: %(paid_cents)s paid, %(unspent_cents)s back to the envelope")),
    Kind("case_reopened", _("Case reopened by a recorded decision")),
)
