"""An agreement changed, reported on, inspected and ended over HTTP, as people without scripts would — e.g. addendum 1 gives a NIFS
line six months more, and the old terms stay readable beside the new."""

from datetime import date, timedelta
from typing import Any

import pytest

from millrace.core import months
from millrace.jobs import verify
from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries as ledger
from millrace.registers.messages.models import Letter
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import PDF
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import ChangeRequest
from millrace.web import clock
from tests.journeys import nifs
from tests.journeys.nifs import cast, published  # noqa: F401  # fixtures are found by name in this module
from tests.journeys.visitor import Visitor, enter


@pytest.fixture
def agreed(cast: dict[str, Any]) -> str:  # noqa: F811  # the fixture of that name
    """A NIFS case in force: HK$10m for 18 months, all of it machinery, and a second head without money yet."""
    reference = nifs.submitted(enter, cast)
    nifs.assessed(enter, cast, reference)
    nifs.awarded(enter, cast, reference)
    return reference


def begun(visitor: Visitor, reference: str, kind: str) -> Visitor:
    visitor.open(f"/cases/{reference}/?show=changes").click("Ask for a change")
    return visitor.submit("Continue", kind=kind)


def decided(cast: dict[str, Any], case: str, number: int) -> None:  # noqa: F811  # the cast of the story
    enter(cast["officer"]).open("/desk/changes/").sees("Harbour Precision Ltd")
    enter(cast["officer"]).open(f"{case}/changes/{number}/decide/").submit("Decide", outcome="yes", times=2).sees("Approved")


def test_more_time_is_asked_shown_agreed_and_the_old_terms_stay(cast: dict[str, Any], agreed: str) -> None:  # noqa: F811  # as above
    case, row = f"/cases/{agreed}", AgreedTerms.objects.get()
    ends = months.after(date.fromisoformat(row.data["ends_before"]), 6)
    said = f"{ends.day} {ends:%B %Y}"
    writer = begun(enter(cast["writer"]), agreed, "time_extension")
    writer.submit("Save and see what it would do", ends_on="2027-01-01", reason="The machine comes late.", status=422)
    writer.sees("must not be before", "The machine comes late.")
    writer.submit("Save and see what it would do", ends_on=(ends - timedelta(days=1)).isoformat())
    writer.sees("The project ends before", said, "No money moves", "A programme officer", "not published", "Text of the addendum")
    writer.click("Submit").submit("Submit", times=2).sees("To be decided")
    enter(cast["writer"]).open(f"{case}/changes/1/decide/", status=404)
    decided(cast, case, 1)
    second = AgreedTerms.objects.get(number=2)
    assert AgreedTerms.objects.get(number=1).data == row.data and second.data["ends_before"] == ends.isoformat()
    writer.open(f"{case}/changes/1/").click("Terms in force from").sees("Different from terms 1", said)
    writer.open(f"{case}/terms/1/").sees("kept as they were")
    letter = Letter.objects.get(kind="addendum")
    assert said in letter.body and agreed in letter.body
    writer.open(f"{case}/?show=award").sees("Addendum to the agreement")


def test_a_key_person_is_replaced_by_name_and_the_addendum_says_both(cast: dict[str, Any], agreed: str) -> None:  # noqa: F811  # as above
    case = f"/cases/{agreed}"
    writer = begun(enter(cast["writer"]), agreed, "key_person")
    typed = {"role": "Project leader", "was": "Dr Au (invented)", "description": "Both led lines before.", "reason": "Dr Au retires."}
    writer.submit("Save and see what it would do", **typed, now="", status=422).sees("Who joins")
    writer.submit("Save and see what it would do", **typed, now="Dr Bo (invented)")
    writer.sees("Key person: Project leader", "Dr Au (invented)", "Dr Bo (invented)", "Text of the addendum")
    writer.open(f"{case}/changes/1/edit/").submit("Save and see what it would do").sees("Dr Au (invented)", "Dr Bo (invented)")
    writer.click("Submit").submit("Submit")
    decided(cast, case, 1)
    letter = Letter.objects.get(kind="addendum")
    assert "Key person: Project leader: Dr Bo (invented) (Dr Au (invented))" in letter.body
    writer.open(f"{case}/?show=award").sees("Key person: Project leader", "Dr Bo (invented)", "Dr Au (invented)")
    writer.open(f"{case}/changes/1/").click("Terms in force from").sees("Different from terms 1", "Dr Au (invented)", "Dr Bo (invented)")
    begun(enter(cast["writer"]), agreed, "key_person").sees("The agreement names: Project leader: Dr Bo (invented)")
    assert not Event.objects.filter(facts__icontains="invented").exists()


def test_money_moves_between_heads_only_within_the_total(cast: dict[str, Any], agreed: str) -> None:  # noqa: F811  # as above
    case = f"/cases/{agreed}"
    add_head("patents")
    writer = begun(enter(cast["writer"]), agreed, "budget_virement")
    typed = {"head-machinery": "29,000,000", "head-patents": "2,000,000", "reason": "A patent became needed."}
    writer.submit("Save and see what it would do", **typed).sees("no longer come to the same total")
    writer.open(f"{case}/changes/1/edit/").sees("A patent became needed.")
    writer.submit("Save and see what it would do", **{**typed, "head-patents": "1,000,000"}).sees("HK$29,000,000", "HK$1,000,000")
    writer.click("Submit").submit("Submit")
    decided(cast, case, 1)
    now = AgreedTerms.objects.latest("number").data
    assert {head["code"]: head["approved_cents"] for head in now["heads"]} == {"machinery": 29_000_000_00, "patents": 1_000_000_00}


def add_head(code: str) -> None:
    """The agreement also has a head that nothing was planned under yet."""
    row = AgreedTerms.objects.get()
    row.data["heads"].append({"code": code, "approved_cents": 0, "cap_cents": None, "clause": ""})
    row.save()


def test_an_end_that_was_asked_for_is_approved_by_its_final_account(cast: dict[str, Any], agreed: str) -> None:  # noqa: F811  # as above
    case = f"/cases/{agreed}"
    writer = begun(enter(cast["writer"]), agreed, "termination")
    writer.submit("Save and see what it would do", reason="The line is no longer needed.")
    writer.sees("The authority", "HK$10,000,000 goes back to the envelope").sees_nothing_of("No money moves", "Text of the addendum")
    writer.click("Submit").submit("Submit")
    enter(cast["officer"]).open(f"{case}/changes/1/decide/").submit("Decide", outcome="yes", status=403).sees("decided by the authority")
    enter(cast["officer"]).open(f"{case}/changes/1/advise/").submit("Record the advice", advice="support", note="Nothing was paid.")
    authority = enter(cast["authority"]).open("/desk/changes/").open(f"{case}/changes/1/").click("Terminate the agreement")
    authority.submit("Terminate", reason="applicant_request", times=2)
    assert Case.objects.get().status == "terminated"
    assert ledger.statement(Case.objects.get()).total("committed", "HKD") == 0
    writer.open(f"{case}/changes/1/").sees("Approved")
    writer.open(f"{case}/changes/begin/").submit("Continue", kind="scope").sees("The agreement has ended", "final account", "reopen")


def test_an_open_finding_blocks_the_release_until_it_is_cleared(cast: dict[str, Any], agreed: str) -> None:  # noqa: F811  # as above
    case, today = f"/cases/{agreed}", gather.local_day(clock.now()).isoformat()
    nifs.delivered(enter, cast, agreed)
    officer = enter(cast["officer"]).open(f"{case}/?show=changes").click("Plan a visit")
    officer.submit("Plan it", planned_on=today, place="Yuen Long", purpose="The line itself.")
    finding = {"findings-0-severity": "major", "findings-0-told": "The robot is not there.", "findings-0-remedy_by": "2099-01-31"}
    officer.open(f"{case}/inspections/1/hold/").submit("Record", held_on=today, note="Seen.", **finding)
    enter(cast["finance"]).open(f"{case}/instalments/1/release/").sees("A finding of an inspection is not cleared.")
    writer = enter(cast["writer"]).open(f"{case}/?show=changes").sees("Nothing is released until it is", "The robot is not there.")
    writer.click("Answer").submit("Submit", answer="It came on Monday.", file=("robot.pdf", PDF + b"%9"))
    enter(cast["officer"]).open("/desk/changes/findings/").sees(agreed).open(f"{case}/findings/1/clear/").submit("Record", outcome="yes")
    enter(cast["finance"]).open(f"{case}/instalments/1/release/").sees_nothing_of("not cleared")
    sealer.seal(clock.now())
    report = verify.verify()
    assert report.is_whole, list(report.lines())


def test_an_overdue_report_blocks_the_release_until_it_is_handed_in(cast: dict[str, Any], agreed: str) -> None:  # noqa: F811  # as above
    case = f"/cases/{agreed}"
    nifs.delivered(enter, cast, agreed)
    row, day = AgreedTerms.objects.get(), "2026-01-05"
    row.data["reports"] = [
        {"number": 1, "kind": "final", "covers_from": day, "covers_before": day, "due_on": day, "is_audited": True},
    ]
    row.save()
    finance = enter(cast["finance"]).open(f"{case}/instalments/1/release/").sees("A report is overdue.")
    writer = enter(cast["writer"]).open(f"{case}/?show=changes").sees("A report is overdue. Nothing is released").click("Write the report")
    writer.submit("Save", told="It runs.", file=("report.pdf", PDF[: len(PDF) // 2]), status=422).sees("It runs.", "damaged")
    writer.submit("Save", told="It runs.").open(f"{case}/reports/1/submit/").submit("Hand in", status=422).sees("not whole yet")
    files = {"file": ("report.pdf", PDF + b"%8"), "accounts": ("accounts.pdf", PDF + b"%7")}
    figures = {"received": "0", "spent-machinery": "29,999,000", "unspent": "0"}
    writer.open(f"{case}/reports/1/write/").submit("Save", told="It runs.", **files, **figures).sees("HK$30,000,000", "HK$29,999,000")
    writer.click("Hand in the report").submit("Hand in")
    finance.open(f"{case}/instalments/1/release/").sees_nothing_of("overdue")
    officer = enter(cast["officer"]).open(f"{case}/reports/1/rule/")
    officer.submit("Record", outcome="yes", status=422).submit("Record", outcome="yes", note="Rounded by the auditor.").sees("Accepted")


def test_a_rule_of_the_scheme_refuses_a_change_that_it_cannot_bear(cast: dict[str, Any], agreed: str) -> None:  # noqa: F811  # as above
    writer = begun(enter(cast["writer"]), agreed, "scope")
    typed = {"grant_cents": "9,000,000", "description": "The same line.", "reason": "We need less."}
    page = writer.submit("Save and see what it would do", **typed)
    page.sees("A rule of the scheme would no longer hold", "the company pays the rest", "Funding ratio", "We need less.")
    enter(cast["writer"]).open(f"/cases/{agreed}/changes/1/submit/").submit("Submit", status=422).sees("Funding ratio")
    change = ChangeRequest.objects.get()
    assert (change.state, change.submitted_at, AgreedTerms.objects.count()) == ("draft", None, 1)
    # With the company paying what the grant no longer does, the rule holds.
    writer.open(f"/cases/{agreed}/changes/1/edit/").submit("Save and see what it would do", **typed, pledge_cents="1,000,000")
    writer.click("Submit").submit("Submit")
    change.refresh_from_db()
    assert change.state == "submitted"
