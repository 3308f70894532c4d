"""Events of figures given, of replies that hold them, and of late corrections — e.g. "figure given"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("figure_given", _("Figure %(figure)s given as at %(as_at)s, as known at seal %(seal)s"), "staff"),
    Kind("reply_begun", _("Reply %(reply)s begun"), "staff"),
    Kind("reply_sent", _("Reply %(reply)s sent to be cleared"), "staff"),
    Kind("reply_cleared", _("Reply %(reply)s cleared, its figures as known at seal %(seal)s"), "staff"),
    Kind("reply_released", _("Reply %(reply)s released with %(figures)s figures, as known at seal %(seal)s"), "public"),
    Kind("reply_dropped", _("Reply %(reply)s dropped"), "staff"),
    Kind("case_corrected", _("Record %(corrects)s corrected: %(reason)s"), "party"),
)
