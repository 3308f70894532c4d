"""Events of decisions, letters, agreements — e.g. "approved"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("application_approved", _("Approved: %(approved_cents)s; the offer stands until %(lapses_on)s")),
    Kind("application_refused", _("Not approved")),
    Kind("offer_accepted", _("Offer accepted: %(committed_cents)s committed")),
    Kind("offer_declined", _("Offer declined by the applicant")),
    Kind("offer_lapsed", _("Offer lapsed: it was not accepted by %(lapses_on)s")),
    Kind("stage_opened", _("Stage %(stage_number)s opened")),
)
