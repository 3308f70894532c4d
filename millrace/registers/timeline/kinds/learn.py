"""Events of figures given and late corrections — e.g. "figure given"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("figure_given", _("Figure %(figure)s given as at %(as_at)s, as known at seal %(seal)s"), "staff"),
    Kind("case_corrected", _("Record %(corrects)s corrected: %(reason)s"), "party"),
)
