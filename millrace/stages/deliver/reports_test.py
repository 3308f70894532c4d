"""Reports and visits hold money back until they are settled — e.g. no release while a progress report is a day overdue."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from millrace.core import reports
from millrace.registers.messages.models import Notice
from millrace.registers.people import queries as people
from millrace.registers.timeline.models import Event
from millrace.stages.award.models import AgreedTerms, ReportDue
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import standing
from millrace.stages.deliver.deliver_test import PDF, proof, ready, refused
from millrace.stages.deliver.models import Finding, Inspection, Report


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def with_reports(held: Any, *, first_due: date) -> Any:
    """This will put one progress report due on a day, and an audited final one, into the terms."""
    row = AgreedTerms.objects.get(case=held.case)
    starts, ends = held.terms.starts_on, held.terms.ends_before
    planned = (
        reports.Due(1, reports.PROGRESS, starts, first_due - timedelta(days=30), first_due),
        reports.Due(2, reports.FINAL, starts, ends, ends + timedelta(days=90), is_audited=True),
    )
    row.data = replace(held.terms, reports=planned).to_data()
    row.save()
    ReportDue.objects.bulk_create(ReportDue(case=held.case, number=one.number, kind=one.kind, due_on=one.due_on) for one in planned)
    return held


def write(held: Any, number: int, **more: Any) -> Report:
    report = deliver.save_report(
        held.case, number=number, told="Half is done.", file=proof(f"r{number}"), by=held.member, at=held.at, **more
    )
    held.act(deliver.submit_report, report, by=held.member)
    return report


def test_an_overdue_report_stops_a_release_and_handing_it_in_frees_it(agree: Any) -> None:
    held = ready(agree.nifs())
    with_reports(held, first_due=held.at.date() - timedelta(days=1))
    with refused("report-overdue"):
        held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    (blocked,) = standing.planned_of([held.case], held.at.date())[held.case.pk]
    assert blocked.release.blocks == ("report_overdue",)
    report = write(held, 1)
    held.act(deliver.rule_report, report, is_accepted=False, note="Say what is behind.", by=held.officer)
    with refused("report-overdue"):
        held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    report = deliver.save_report(held.case, number=1, told="Said.", by=held.member, at=held.at)
    held.act(deliver.submit_report, report, by=held.member)
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)


def test_half_a_report_hands_nothing_in_and_loses_nothing(agree: Any) -> None:
    held = with_reports(agree.nifs(), first_due=date(2026, 12, 31))
    report = deliver.save_report(held.case, number=1, told="Half is done.", by=held.member, at=held.at)
    with refused("report-incomplete"):
        held.act(deliver.submit_report, report, by=held.member)
    cut_short = deliver.File("report.pdf", PDF[: len(PDF) // 2])
    with refused("file-broken"):
        deliver.save_report(held.case, number=1, told="More.", file=cut_short, by=held.member, at=held.at)
    report.refresh_from_db()
    assert (report.state, report.told, report.document) == ("draft", "Half is done.", None)
    assert not Event.objects.filter(kind="report_submitted").exists()


def test_audited_accounts_stand_beside_the_books_and_differ_only_with_a_reason(agree: Any) -> None:
    held = with_reports(ready(agree.nifs()), first_due=date(2026, 12, 31))
    stated = {"received": 0, "unspent": 0, "spent:machinery": 29_000_000_00}
    report = write(held, 2, accounts=proof("accounts"), stated=stated)
    with refused("note-needed"):
        held.act(deliver.rule_report, report, is_accepted=True, by=held.officer)
    with refused("same-person"):
        report_by_officer = Report.objects.get(pk=report.pk)
        Report.objects.filter(pk=report.pk).update(opened_by=held.officer)
        held.act(deliver.rule_report, report_by_officer, is_accepted=True, note="Fine.", by=held.officer)
    held.act(deliver.rule_report, report, is_accepted=True, note="An invoice of March was booked in April.", by=held.other_officer)
    report.refresh_from_db()
    assert report.state == "accepted"
    assert {(one["of"], one["head"]): one["stated_cents"] - one["booked_cents"] for one in report.figures} == {
        ("received", ""): 0,
        ("spent", "machinery"): -1_000_000_00,
        ("unspent", ""): 0,
    }


def test_the_night_reminds_once_before_and_once_after_the_day(agree: Any) -> None:
    held = with_reports(agree.nifs(), first_due=date(2026, 9, 30))
    system, day = people.system_person(), held.at.replace(year=2026, month=9, day=20)
    assert deliver.remind_of_reports(system, at=day - timedelta(days=20)) == 0
    assert [deliver.remind_of_reports(system, at=day + timedelta(days=late)) for late in (0, 1, 11, 12)] == [1, 0, 1, 0]
    told = list(Event.objects.filter(kind__startswith="report_").order_by("id").values_list("kind", flat=True))
    assert told == ["report_reminded", "report_overdue"]
    assert set(Notice.objects.filter(event__kind="report_overdue").values_list("person", flat=True)) >= {held.member.pk}
    write(held, 1)
    ReportDue.objects.filter(number=1).update(due_on=day.date())
    assert deliver.remind_of_reports(system, at=day) == 0


def visit(held: Any, *found: deliver.Found) -> None:
    today = held.at.date()
    held.act(deliver.plan_inspection, held.case, planned_on=today, place="Yuen Long", by=held.officer)
    planned = Inspection.objects.latest("number")
    held.act(deliver.hold_inspection, planned, held_on=today, note="Seen.", findings=found, by=held.officer)


def test_an_open_finding_stops_a_release_and_clearing_it_frees_it(agree: Any) -> None:
    held = ready(agree.nifs())
    later = held.at.date() + timedelta(days=30)
    visit(held, deliver.Found("minor", "No inventory label.", later), deliver.Found("major", "The robot is not there.", later))
    with refused("finding-open"):
        held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    minor, major = Finding.objects.order_by("number")
    with refused("note-needed"):
        held.act(deliver.clear_finding, major, is_cleared=True, by=held.officer)
    held.act(deliver.answer_finding, major, answer="Installed on Monday.", file=proof("robot"), by=held.member)
    held.act(deliver.clear_finding, major, is_cleared=False, note="The picture shows another one.", by=held.officer)
    held.act(deliver.answer_finding, major, answer="This one.", by=held.member)
    held.act(deliver.clear_finding, major, is_cleared=True, by=held.officer)
    assert minor.is_gate(later) is False and minor.is_gate(later + timedelta(days=1)) is True
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)


def test_a_minor_finding_holds_money_back_once_its_day_is_past(agree: Any) -> None:
    held = ready(agree.nifs())
    visit(held, deliver.Found("minor", "No inventory label.", held.at.date()))
    held.at += timedelta(days=1)
    with refused("finding-open"):
        held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
