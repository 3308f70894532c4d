"""Events of the funder's own people and their powers — e.g. "power granted"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("staff_invited", _("Someone was invited to the funder's staff as %(power)s"), "staff"),
    Kind("staff_invitation_withdrawn", _("The invitation of someone as %(power)s was withdrawn"), "staff"),
    Kind("power_granted", _("A power was granted: %(power)s"), "staff"),
    Kind("power_ended", _("A power was ended: %(power)s"), "staff"),
)
