"""Events of drafts, partners, sign-off, submission — e.g. "application submitted"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("case_opened", _("Draft begun under the rules of version %(version)s")),
    Kind("test_begun", _("Test application begun under a draft of the rules, version %(version)s")),
    Kind("draft_version_confirmed", _("Draft continued under the rules of version %(version)s, with every answer kept")),
    Kind("partner_invited", _("A %(role)s invited"), "partner"),
    Kind("part_confirmed", _("A %(role)s confirmed its part: %(cash_cents)s in cash, %(in_kind_cents)s in kind"), "partner"),
    Kind("part_declined", _("A %(role)s declined its part"), "partner"),
    Kind("part_ended", _("The part of a %(role)s was taken off the draft"), "partner"),
    Kind("document_uploaded", _("A file was added, %(byte_count)s bytes, in quarantine until accepted")),
    Kind("document_removed", _("A file was taken off the draft")),
    Kind("document_accepted", _("A file was accepted by the funder")),
    Kind("document_refused", _("A file was refused by the funder")),
    Kind("sign_off_requested", _("Sent to the authorised person to sign")),
    Kind("sign_off_returned", _("Returned to the draft before signing")),
    Kind("application_submitted", _("Application signed and submitted, asking for %(requested_cents)s; receipt %(receipt)s")),
    Kind("reading_chosen", _("The rules of version %(version)s were found to apply on the day of submission")),
    Kind("application_withdrawn", _("Application withdrawn by the applicant")),
    Kind("question_asked", _("A question was asked in the thread")),
    Kind("question_answered", _("A reply was given in the thread")),
)
