"""What a receipt says, on the page and in the file to keep — e.g. "Received at 17:59:58 HKT on 31 October 2025"."""

from django.utils.translation import gettext as _

from millrace.registers.cases.models import Case
from millrace.stages.apply.models import Submission
from millrace.web import funder, schemes, words


def rows(submission: Submission, case: Case) -> list[tuple[str, str]]:
    """This will give the receipt line by line: label and value."""
    local = submission.submitted_at.astimezone(funder.current().zone)
    told = [
        (_("Receipt"), submission.receipt),
        (_("Reference"), case.reference),
        (_("Received, by our clock"), f"{words.day(local.date())} {local:%H:%M:%S} {local:%Z}"),
        (_("Applicant"), submission.organisation.name),
        (_("Rules"), f"{schemes.short_title(submission.version.scheme)} {submission.version.version}"),
        (_("SHA-256 of what was received"), submission.sha256),
    ]
    if case.is_test:
        told.insert(0, (_("Test"), _("Nothing was applied for: the rules tried here are not published.")))
    if submission.day_hash:
        told.append((_("Last published hash of our records before it"), submission.day_hash))
    return told


def as_text(submission: Submission, case: Case) -> str:
    """This will write the receipt as plain text, to be kept and checked later."""
    how = _(
        "Check this receipt at /receipts/check/ with its reference and SHA-256. The hash is that of the submission file, byte for byte."
    )
    return "\n".join([*(f"{label}: {value}" for label, value in rows(submission, case)), "", how, ""])
