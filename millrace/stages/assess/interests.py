"""The kinds of conflict a person may declare, in words — e.g. "Employed or paid by a party, or negotiating a post there"."""

from django.utils.translation import gettext_noop as _

CONFLICT_KINDS = {
    "named": _("Named on the application, or helped to prepare it"),
    "employment": _("Employed or paid by a party, or negotiating a post there"),
    "directorship": _("Director, partner or manager of a party"),
    "financial": _("Shares, options, consultancy, gift or loan"),
    "family": _("Family, household or close personal tie"),
    "supervision": _("Supervised, or was supervised by, someone named on it"),
    "collaboration": _("Works with, or recently published with, someone named on it"),
    "competitor": _("Has an own or rival application or product"),
    "dispute": _("In dispute with, or publicly for or against, a party"),
    "other": _("Another interest"),
}

DECLINE_REASONS = {
    "expertise": _("Outside my expertise"),
    "load": _("No time"),
    "dates": _("The dates do not suit"),
}
