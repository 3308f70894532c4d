"""Events of registered organisations and powers — e.g. "organisation confirmed"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("organisation_registered", _("Organisation registered, to be confirmed")),
    Kind("organisation_confirmed", _("Organisation and its first authorised person confirmed")),
    Kind("organisation_renamed", _("Organisation renamed; the old name is still found")),
    Kind("colleague_invited", _("A colleague invited as %(power)s")),
    Kind("membership_granted", _("A colleague became %(power)s")),
    Kind("membership_ended", _("A colleague ceased to be %(power)s")),
)
