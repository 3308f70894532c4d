"""Events of windows for applications — e.g. "window opened"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("calls_announced", _("Calls of %(scheme)s announced: %(calls)s"), "public"),
    Kind("window_extended", _("Call %(call)s of %(scheme)s extended from %(closed_at_before)s to %(closes_at)s"), "public"),
    Kind("late_leave_granted", _("Late application under call %(call)s of %(scheme)s allowed until %(until_at)s"), "staff"),
)
