"""Settles which of two readings applies where a start is known only to its month — e.g. NIFS as of June 2025, by an officer's choice.

Both verdicts were stored at submission; the choice says which of them counts from then on, once.
"""

from millrace.registers.cases.models import Case, Verdict
from millrace.stages.apply.models import Submission


def settle(case: Case, submission: Submission, version_id: int) -> Verdict | None:
    """This will bind a case in doubt to one of its stored readings and give that verdict; None if there is no such reading.

    The case's own row is left for the caller to save, with whatever else the caller decides.
    """
    stored = Verdict.objects.filter(case=case, purpose="submission", scheme_version_id=version_id).select_related("scheme_version")
    verdict = stored.first() if submission.is_in_doubt else None
    if verdict is None:
        return None
    submission.version, submission.verdict, submission.is_in_doubt = verdict.scheme_version, verdict, False
    submission.save(update_fields=["version", "verdict", "is_in_doubt"])
    case.scheme_version, case.track = verdict.scheme_version, verdict.verdict["track"] or ""
    return verdict
