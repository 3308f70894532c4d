"""Events of decisions, letters, agreements — e.g. "approved"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("decision_made", _("Decision on the application: %(outcome)s")),
    Kind("offer_accepted", _("Offer accepted: %(committed_cents)s committed")),
    Kind("offer_declined", _("Offer declined by the applicant")),
    Kind("offer_lapsed", _("Offer lapsed: it was not accepted by %(lapses_on)s")),
    Kind("stage_opened", _("Stage %(stage_number)s opened")),
)
