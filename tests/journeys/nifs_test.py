"""The NIFS story over HTTP, as people without scripts would walk it; afterwards the past, the sheet and the books verify."""

from typing import Any

from millrace.jobs import verify
from millrace.registers.messages.models import Letter
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.web import clock
from tests.journeys import asked, nifs
from tests.journeys.nifs import cast, published  # noqa: F401  # fixtures are found by name in this module
from tests.journeys.visitor import enter


def test_one_case_from_draft_to_figure(cast: dict[str, Any], make: Any) -> None:  # noqa: F811  # the fixture of that name
    reference = nifs.whole(enter, cast)
    once = ("application_submitted", "decision_made", "offer_accepted", "claim_decided", "instalment_released", "payment_settled")
    for kind in once:
        assert Event.objects.filter(case__reference=reference, kind=kind).count() == 1, kind
    enter(cast["writer"]).open(f"/cases/{reference}/").sees("Closed", "HK$10,000,000")
    sealer.seal(clock.now())
    report = verify.verify()
    assert report.is_whole, list(report.lines())
    assert set(Letter.objects.values_list("kind", flat=True)) >= {"receipt", "offer", "agreement", "payment_advice", "closing"}
    (letters,) = [part for part in report.parts if part.name == "letters"]
    assert letters.counts["refilled"] == Letter.objects.count()
    asked.at_most_eight(make, applicant=cast["writer"])
    asked.at_most_twelve(reference, *(cast[role] for role in ("officer", "finance", "authority", "writer", "expert")), cast["members"][0])
