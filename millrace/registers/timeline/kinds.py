"""Every kind of event, in words and for whom — e.g. "application_submitted" reads "Application submitted: {reference}".

One line each. `sentence` is a msgid filled with the event's facts (amounts and days are formatted first); `visibility` is who
may read it unless the event says otherwise. A kind not listed here is refused.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class Kind:
    """What an event of this kind means and who may read it."""

    name: str
    sentence: str
    visibility: str = "party"


def _by_name(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


PLAN = _by_name(
    Kind("scheme_version_published", _("Rules of %(scheme)s, version %(version)s, published"), "public"),
)

KINDS: dict[str, Kind] = {**PLAN}
