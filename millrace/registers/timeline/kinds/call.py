"""Events of windows for applications, and of what is asked before — e.g. "window opened"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("calls_announced", _("Calls of %(scheme)s announced: %(calls)s"), "public"),
    Kind("window_extended", _("Call %(call)s of %(scheme)s extended from %(closed_at_before)s to %(closes_at)s"), "public"),
    Kind("late_leave_granted", _("Late application under call %(call)s of %(scheme)s allowed until %(until_at)s"), "staff"),
    Kind("enquiry_recorded", _("Enquiry of %(received_on)s recorded"), "staff"),
    Kind("enquiry_answered", _("Enquiry answered on %(answered_on)s"), "staff"),
    Kind("enquiry_struck", _("Enquiry struck: recorded in error"), "staff"),
)
