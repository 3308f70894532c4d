"""The words and colours of a case's statuses — e.g. "under_assessment" is shown as a blue badge "Under assessment".

One table, so that a status reads the same on the public register, the applicant's desk and the finance desk.
"""

import functools

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

TONES = ("plain", "busy", "good", "warn", "bad")

STATUSES: dict[str, tuple[str, str]] = {
    "draft": (word("Draft"), "plain"),
    "awaiting_sign_off": (word("Awaiting sign-off"), "warn"),
    "submitted": (word("Received"), "busy"),
    "received": (word("Received"), "busy"),
    "screened": (word("Eligible"), "busy"),
    "screening": (word("Being checked"), "busy"),
    "information_needed": (word("Waiting for information"), "warn"),
    "awaiting_reply": (word("Awaiting your reply"), "warn"),
    "under_assessment": (word("Under assessment"), "busy"),
    "recommended": (word("Supported by committee"), "busy"),
    "not_recommended": (word("Not supported by committee"), "warn"),
    "supported": (word("Supported by committee"), "busy"),
    "approved": (word("Approved"), "good"),
    "offered": (word("Offer made"), "good"),
    "selected": (word("Selected"), "busy"),
    "jointly_supported": (word("Supported by both funders"), "busy"),
    "suspended": (word("Suspended"), "warn"),
    "refused": (word("Not supported"), "bad"),
    "not_supported": (word("Not supported"), "bad"),
    "ineligible": (word("Ineligible"), "bad"),
    "withdrawn": (word("Withdrawn"), "plain"),
    "declined": (word("Offer declined"), "plain"),
    "lapsed": (word("Lapsed"), "plain"),
    "agreement_signed": (word("Agreement signed"), "good"),
    "in_force": (word("In force"), "good"),
    "in_progress": (word("In progress"), "busy"),
    "overdue": (word("Overdue"), "bad"),
    "queried": (word("Queried"), "warn"),
    "paid": (word("Paid"), "good"),
    "on_hold": (word("On hold"), "warn"),
    "completed": (word("Completed"), "good"),
    "terminated": (word("Terminated"), "bad"),
    "closed": (word("Closed"), "plain"),
    "reopened": (word("Reopened"), "warn"),
    "pending": (word("Pending"), "warn"),
    "open": (word("Open"), "good"),
    "done": (word("Done"), "good"),
    "to_do": (word("To do"), "plain"),
    "required": (word("Required"), "warn"),
    "optional": (word("Optional"), "plain"),
    "quarantined": (word("Waiting to be accepted"), "warn"),
    "accepted": (word("Accepted"), "good"),
}

# What an applicant sees of the steps in between: that it is being looked at, not what a committee thinks before it is decided.
_FOR_APPLICANTS = {
    "submitted": "received",
    "information_needed": "awaiting_reply",
    "screened": "screening",
    "recommended": "under_assessment",
    "not_recommended": "under_assessment",
    "in_force": "in_progress",
}


def for_applicant(code: str) -> str:
    """This will give the status an applicant is shown for an internal one."""
    return _FOR_APPLICANTS.get(code, code)


def in_words(code: str) -> str:
    """This will name a status in the reader's language; a code not listed is shown as it is, never hidden."""
    listed = STATUSES.get(code)
    return _(listed[0]) if listed else code.replace("_", " ").capitalize()


def tone(code: str) -> str:
    """This will say in which tone a status is shown."""
    return STATUSES.get(code, ("", "plain"))[1]


def badge(code: str) -> SafeString:
    """This will draw a status as a badge in its tone."""
    return _badge(code, translation.get_language() or "en")


@functools.lru_cache(maxsize=1_000)
def _badge(code: str, _language: str) -> SafeString:
    return format_html('<span class="tag {}">{}</span>', tone(code), in_words(code))
