"""Cases of other schemes, each for what its kind of grant shows: a research project that reports, a start-up that clears its advance.

For example a project of a university and a company: HK$2m granted, an invoice in renminbi claimed, the second report overdue.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from millrace.jobs.demonstration import beginnings, endings, judging
from millrace.jobs.demonstration.beginnings import paper
from millrace.jobs.demonstration.cast import Cast, Side, open_account
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.registers.cases.models import Case
from millrace.stages.apply import terms
from millrace.stages.apply.actions import attachments, drafts
from millrace.stages.assess import actions as assess
from millrace.stages.assess.actions import selections
from millrace.stages.award import actions as award
from millrace.stages.award.models import ReportDue
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.models import Evidence, Report

MILLION = 1_000_000_00
RESEARCH_BEGINS, STARTUP_BEGINS = date(2025, 1, 13), date(2025, 5, 5)


def _contact(side: Side) -> dict[str, Any]:
    return {"contact_name": side.writer.name, "contact_email": side.writer.email, "sector": "biotechnology"}


def _drafted(cast: Cast, side: Side, scheme: str, sections: dict[str, dict[str, Any]], tale: Tale) -> Telling:
    """This will write an application with every file asked for; the case is the last of its applicant."""
    case = beginnings.drafted(cast, side, scheme, tale)
    yield tale.pause(1, 3)
    for section, given in sections.items():
        drafts.save_answers(case, section=section, answers=given, typed={}, based_on=0, by=side.writer, at=tale.at)
    for question in terms.of_row(case.scheme_version).book.form.questions():
        if question.slot and question.is_required and question.shown_when is None:
            told = {"place": question.id, "slot": question.slot, "name": f"{question.id}.pdf", "organisation": side.organisation}
            tale.act(attachments.upload_document, case, **told, content=paper(f"{case.reference} {question.id}"), by=side.writer)


def _latest(side: Side, scheme: str) -> Case:
    return Case.objects.filter(lead=side.organisation, scheme=scheme).latest("opened_at")


def research(cast: Cast, tale: Tale) -> Telling:
    """A project under the Partnership Research Programme: paid on acceptance, its first report accepted, its second overdue."""
    yield tale.at
    side, company = cast.universities[0], cast.companies[0]
    yield from _drafted(cast, side, "prp", _research(side, company, tale.today), tale)
    case = _latest(side, "prp")
    yield from beginnings.sponsored(case, side, company, 2 * MILLION, tale)
    yield from beginnings.signed(case, side, tale)
    yield from judging.screened(cast, case, side, tale)
    yield tale.pause(3, 8)
    expert, officer = cast.one("assessor", tale), cast.one("officer", tale)
    tale.act(assess.assign_assessors, case, people=[(expert, "expert")], due_on=tale.today + timedelta(days=30), by=officer)
    yield tale.pause(3, 8)
    tale.act(assess.declare_interest, case, is_conflict=False, by=expert)
    case.refresh_from_db()
    judging.reviewed(case, expert, "expert", tale)
    yield from judging.decided(cast, case, 2 * MILLION, tale)
    yield from judging.answered(cast, case, side, tale)
    yield tale.pause(2, 6)
    open_account(cast, side, tale)
    yield from endings.matched(cast, case, side, 2 * MILLION, tale, sponsor=company.organisation)
    tale.act(deliver.release_instalment, case, instalment=1, by=cast.one("finance", tale))
    yield from _claimed_abroad(cast, case, side, tale)
    yield from _reported(cast, case, side, tale)


def _research(side: Side, company: Side, today: date) -> dict[str, dict[str, Any]]:
    half = (today + timedelta(days=400)).isoformat()
    return {
        "applicant": _contact(side)
        | {"company_name": company.organisation.name, "company_number": company.organisation.registration_number},
        "project": {"project_title": "Scaffolds that grow bone (invented)", "project_purpose": "research", "project_type": "collaborative"}
        | {"project_summary": "An invented project. 虛構的項目。", "use_of_results": "A kit for surgeons (invented)."}
        | {"project_months": 30, "milestones": [{"title": "Scaffold shown", "due_on": half}]},
        "money": {
            "budget_lines": [
                {"head": "manpower", "item": "Researchers", "amount": 3 * MILLION},
                {"head": "equipment", "item": "Printer", "amount": MILLION},
            ],
        }
        | {"sponsorship_cash": 2 * MILLION, "sponsorship_in_kind": 0, "requested_amount": 2 * MILLION, "other_support": False},
        "place": {"mainland_work_share": 2_000, "mainland_cost": 800_000_00},
    }


def _claimed_abroad(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """An invoice in renminbi, counted at the recorded rate of its day."""
    yield tale.pause(50, 70)
    rate = {"unit": "HKD", "on": tale.today, "millionths": 1_083_400, "source": "Invented rate of the day 虛構匯率"}
    tale.act(deliver.record_rate, "CNY", **rate, by=cast.one("finance", tale))
    claim = deliver.open_claim(case, by=side.writer, at=tale.at)
    day = tale.today
    of_work = deliver.LineEntry("manpower", "Researchers (invented)", 600_000_00, "University (invented)", f"{case.reference}-M", day, day)
    abroad = deliver.LineEntry("equipment", "Printer (invented)", 250_000_00, "Nanshan Ltd (invented)", f"{case.reference}-E", day, day)
    lines = [replace(of_work, place="hong_kong"), replace(abroad, place="mainland", currency="CNY")]
    deliver.save_claim(claim, lines=lines, by=side.writer, at=tale.at)
    for line in claim.lines.all():
        endings.proved(case, line, side, tale)
    tale.act(deliver.submit_claim, claim, by=side.writer)
    yield tale.pause(5, 12)
    endings.ruled(cast, claim, tale)
    yield tale.pause(1, 4)
    tale.act(deliver.decide_claim, claim, by=cast.one("finance", tale))


def _reported(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """The first report handed in and accepted, the next returned, the third never begun: it is overdue."""
    for due in list(ReportDue.objects.filter(case=case).order_by("number")[:2]):
        yield tale.on(due.due_on - timedelta(days=4))
        file = deliver.File(f"report-{due.number}.pdf", paper(f"{case.reference} report {due.number}"))
        told: dict[str, Any] = {"number": due.number, "told": "The scaffold grows (invented). 支架生長。", "file": file}
        report: Report = deliver.save_report(case, **told, by=side.writer, at=tale.at)
        tale.act(deliver.submit_report, report, by=side.writer)
        yield tale.pause(4, 9)
        is_accepted = due.number == 1
        note = "" if is_accepted else "The second trial is not told of (invented)."
        tale.act(deliver.rule_report, report, is_accepted=is_accepted, note=note, by=cast.one("officer", tale))


def startup(cast: Cast, tale: Tale) -> Telling:
    """A start-up selected by its university's panel: an advance paid, and cleared by claims that earn more."""
    yield tale.at
    side = cast.universities[1]
    yield from _drafted(cast, side, "tsssu", _startup(side), tale)
    case = _latest(side, "tsssu")
    yield from beginnings.signed(case, side, tale)
    yield tale.pause(6, 10)
    said = {case.reference: selections.Said(is_selected=True, amount_cents=MILLION)}
    members = [selections.Present("Professor A (invented)"), selections.Present("Professor B (invented)")]
    tale.act(selections.record_selection, case, met_on=tale.today, members=members, said=said, by=side.signatory)
    yield tale.pause(4, 9)
    tale.act(award.decide, case, outcome="approved", amount_cents=MILLION, by=cast.staff["authority"][0])
    yield tale.pause(4, 9)
    tale.act(award.accept_offer, case, by=side.signatory)
    open_account(cast, side, tale)
    tale.act(deliver.request_advance, case, instalment=1, amount_cents=400_000_00, note="The first quarter (invented).", by=side.writer)
    yield tale.pause(2, 6)
    tale.act(deliver.release_instalment, case, instalment=1, by=cast.one("finance", tale))
    yield tale.pause(120, 150)
    yield from endings.claimed(cast, case, side, tale, heads={"research": 700_000_00})
    yield tale.pause(60, 90)
    file = deliver.File("milestone-2.pdf", paper(f"{case.reference} milestone 2"))
    tale.act(deliver.report_milestone, case, milestone=2, file=file, by=side.writer)
    yield tale.pause(3, 10)
    tale.act(deliver.verify_evidence, Evidence.objects.filter(case=case).latest("number"), by=cast.one("officer", tale))
    yield tale.pause(2, 6)
    tale.act(deliver.release_instalment, case, instalment=2, by=cast.one("finance", tale))


def _startup(side: Side) -> dict[str, dict[str, Any]]:
    return {
        "university": _contact(side) | {"applicant_kind": "ugc_university", "university": "hkust"},
        "start_up": {"project_title": "Alga Bio 藻類生物 (invented)", "project_purpose": "start_up", "startup_name": "Alga Bio (invented)"}
        | {"project_summary": "An invented start-up. 虛構的初創企業。", "startup_number": "12345670", "startup_stream": "tsssu_o"}
        | {"company_age_months": 6, "years_in_stream": 0, "years_since_first_in_stream": 0, "was_funded_in_plus": False}
        | {"is_university_team": True, "team_members": [{"name": "Invented 虛構", "standing": "student", "part": "Leads 主持"}]},
        "money": {"budget_lines": [{"head": "research", "item": "Engineers", "amount": 1_500_000_00}], "requested_amount": 1_500_000_00}
        | {"other_support": False, "milestones": [{"title": "The year's report", "due_on": "2026-03-31"}]},
    }
