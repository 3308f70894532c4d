"""The NIFS story over HTTP, as people without scripts would walk it; afterwards the past, the sheet and the books verify."""

from typing import Any

from millrace.registers.timeline.models import Event
from tests.journeys import nifs
from tests.journeys.nifs import cast, published  # noqa: F401  # fixtures are found by name in this module
from tests.journeys.visitor import enter


def test_one_case_from_draft_to_figure(cast: dict[str, Any]) -> None:  # noqa: F811  # the fixture of that name
    reference = nifs.whole(enter, cast)
    once = ("application_submitted", "decision_made", "offer_accepted", "claim_decided", "instalment_released", "payment_settled")
    for kind in once:
        assert Event.objects.filter(case__reference=reference, kind=kind).count() == 1, kind
    enter(cast["writer"]).open(f"/cases/{reference}/").sees("Closed", "HK$10,000,000")
