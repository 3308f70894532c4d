"""The NIFS story over HTTP, as people without scripts would walk it; afterwards the past, the sheet and the books verify."""

from typing import Any

from millrace.jobs import verify
from millrace.registers.messages.models import Letter
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.deliver.models import Breach, Equipment
from millrace.web import clock
from tests.journeys import asked, nifs
from tests.journeys.nifs import cast, published  # noqa: F401  # fixtures are found by name in this module
from tests.journeys.visitor import enter


def test_one_case_from_the_finder_to_a_figure(cast: dict[str, Any], make: Any) -> None:  # noqa: F811  # the fixture of that name
    reference = nifs.whole(enter, cast)
    received = ("application_submitted", "information_supplied")
    once = (*received, "decision_made", "offer_accepted", "claim_decided", "instalment_released", "payment_settled")
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


def test_what_was_bought_is_kept_and_gone_too_early_is_a_breach(cast: dict[str, Any], make: Any) -> None:  # noqa: F811  # the fixture of that name
    reference = nifs.submitted(enter, cast)
    for chapter in (nifs.assessed, nifs.awarded, nifs.delivered, nifs.paid):
        chapter(enter, cast, reference)
    asked.what_may_be_released(make)
    registers, officer = f"/cases/{reference}/registers/", enter(cast["officer"])
    officer.open(f"/cases/{reference}/close/").submit("Close the case", status=409).sees("is not in the register")
    writer, told = enter(cast["writer"]), {"place": "Yuen Long", "custodian": "Works manager (invented)"}
    enter_it = writer.open(registers).sees("Claim 1, line 1: Machining centre").click("Enter it")
    enter_it.submit("Enter it", **told, serial_number="MC-1", cost_cents="30,000,001", status=422)
    writer.open(registers).click("Enter it").submit("Enter it", **told, serial_number="MC-1", cost_cents="29,000,000", times=2)
    writer.open(registers).click("Enter it").submit("Enter it", **told, item="Robot", serial_number="RB-1", cost_cents="1,000,000")
    assert Equipment.objects.count() == 2
    officer.open(f"/cases/{reference}/close/").sees("To be kept after closing", "MC-1", "RB-1").submit("Close the case")
    officer.open(f"/cases/{reference}/?show=money").sees("To be kept after closing", "Robot (RB-1)")
    writer.open(registers).click("Ask to dispose of it").submit("Ask", manner="sale", why="A newer one is wanted.")
    officer.open(registers).click("Answer").submit("Record the answer", answer="no", status=422).sees("Say why")
    officer.open(registers).click("Answer").submit("Record the answer", answer="no", reason="It is still used.")
    writer.open(registers).sees("It is still used.").click("Ask to dispose of it").submit("Ask", manner="sale", why="It broke.")
    officer.open(registers).click("Answer").submit("Record the answer", answer="yes")
    gone = {"finding": "disposed", "checked_on": clock.now().date().isoformat()}
    officer.open(f"{registers}equipment/1/check/").submit("Record the finding", **gone)
    assert not Breach.objects.exists()  # with consent
    officer.open(f"{registers}equipment/2/check/").submit("Record the finding", **gone | {"finding": "found"})
    officer.open(f"{registers}equipment/2/check/").submit("Record the finding", **gone, times=2)
    breach = Breach.objects.get()
    assert (breach.kind, breach.amount_cents, breach.equipment.item) == ("disposed", 1_000_000_00, "Robot")
    writer.open(registers).sees("Equipment disposed of without consent", "HK$1,000,000")
    assert "Works manager" not in str(list(Event.objects.filter(case__reference=reference).values_list("facts", flat=True)))
