"""Watches a case in any order — reports, visits, months of people, audit samples — e.g. a release refused while a finding is open.

What may be tried of these in a case's life (`close/lives_test.py`), and what each must keep: no release against a report or a finding, no
month of a person paid twice, and nothing demanded beyond its ground.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from millrace.core import allowances, recovery, reports
from millrace.core.refusal import Refusal
from millrace.core.terms import Head
from millrace.registers.cases.models import Case, Standing
from millrace.registers.timeline import sealer
from millrace.stages.award import queries as award
from millrace.stages.award.models import AgreedTerms, ReportDue
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, recovering, sampled, standing
from millrace.stages.deliver.models import (
    AuditSample,
    Claim,
    ClaimLine,
    Finding,
    Inspection,
    Payment,
    Receivable,
    Release,
    Report,
    SampledLine,
)
from millrace.stages.deliver.models.reports import HANDED_IN
from millrace.stages.deliver.recovery_test import MILLION, later, raise_

# The acts, and how often each is tried.
WATCHED = {"wait": 4, "write report": 7, "rule report": 5, "visit": 2, "answer finding": 6, "clear finding": 7, "engage": 3}
AUDITED = {"draw sample": 2, "audit lines": 4, "conclude": 4, "decide beyond": 3, "demand sampled": 4}
SEEN = {"report_submitted", "report_accepted", "report_returned", "report_reminded", "report_overdue", "inspection_held"}
SEEN |= {"finding_answered", "finding_answer_returned", "finding_cleared", "line_audited", "audit_sample_concluded"}
SEEN |= {"audit_recovery_decided"}
MONTHLY = allowances.Allowance("engineers", 20_000_00, people=2, months=2, clause="Guide 9")
# How two lives in five begin: paid, so that what is tried after has money to ask back, claims to sample and months claimed again.
ENGAGED = [("engage", 1, 0), ("rule", 0, 1), ("decide", 0, 0)]
PAID = [("bring", 12 * MILLION, 0), ("verify", 0, 1), ("report", 0, 0), ("verify", 0, 1), *ENGAGED, *ENGAGED]
PAID += [("claim", 6 * MILLION, 1), ("rule", 0, 1), ("decide", 0, 0), ("release", 0, 0), ("release", 0, 1)]
PAID += [("order", 0, 0), ("check", 0, 0), ("reject", 0, 0), ("account", 1, 0), ("confirm account", 0, 0)]
PAID += [("order", 0, 0), ("check", 0, 0), ("settle", 0, 0)]
# One person is written in two ways; three are one more than may be engaged at once.
PEOPLE = ("Chan Tai Man", "CHAN Tai-man", "Lee Siu Ling", "Wong Ka Ho")
STRETCHES = ((1, 31), (1, 15), (10, 20), (16, 31), (1, 31))


def watched(held: Any) -> Any:
    """This will have the agreement ask for a progress report and an audited final one within weeks, and give two people two months."""
    day, ends = gather.local_day(held.at), held.terms.ends_before
    progress = (day + timedelta(days=2) - date(2026, 4, 1)).days
    schedule = reports.Schedule(12, progress, (day + timedelta(days=20) - ends).days, is_audited=True)
    planned = reports.plan(schedule, held.terms.starts_on, ends)
    head = Head(MONTHLY.code, MONTHLY.monthly_cents * MONTHLY.people * MONTHLY.months)
    held.terms = replace(held.terms, heads=(*held.terms.heads, head), reports=planned, allowances=(MONTHLY,))
    AgreedTerms.objects.filter(case=held.case).update(data=held.terms.to_data())
    ReportDue.objects.bulk_create(ReportDue(case=held.case, number=one.number, kind=one.kind, due_on=one.due_on) for one in planned)
    return held


class Watched:
    """What may be tried of one case's reports, visits, months and samples; the auditor sees this case and the one before it, no other."""

    held: Any
    document: Any
    terms: Any

    def watch(self, make: Any) -> None:
        """This will begin to watch: an auditor of its own, and the most that each ground gave so far."""
        self.given: dict[Any, int] = defaultdict(int)
        self.auditor = make.person(powers=("auditor",))
        told = {"person": self.auditor, "relation": "conflicted", "starts_at": self.held.case.opened_at, "granted_by": self.auditor}
        others = Case.objects.exclude(pk=self.held.case.pk).order_by("-pk")[1:]
        Standing.objects.bulk_create(Standing(case=case, **told) for case in others)

    # ── Reports and visits ───────────────────────────────────────────────────────────────────────────────────────────────────

    def wait(self, _amount: int, choice: int) -> None:
        """Days go by, with their nights."""
        later(self.held, (1, 1, 2, 3, 7, 21)[choice])
        deliver.remind_of_reports(self.held.second, at=self.held.at)
        deliver.end_missed_plans(self.held.second, at=self.held.at)

    def write_report(self, amount: int, choice: int) -> None:
        held = self.held
        done = Report.objects.filter(case=held.case, state__in=HANDED_IN).values_list("number", flat=True)
        open_ones = [one.number for one in self.terms.reports if one.number not in done]
        number = open_ones[0 if choice else -1] if open_ones else 1
        told = {"number": number, "told": "Half is done.", "by": held.member, "at": held.at}
        report = deliver.save_report(held.case, stated={"received": amount, "unspent": 0}, **told)
        if choice != 1:  # a report without its files is not handed in
            Report.objects.filter(pk=report.pk).update(document=self.document, accounts=self.document)
        if report.is_audited:
            stated = {f"spent:{head.code}": amount for head in self.terms.heads}
            Report.objects.filter(pk=report.pk).update(stated={"received": amount, "unspent": 0, **stated})
        held.act(deliver.submit_report, report, by=held.member)

    def rule_report(self, _amount: int, choice: int) -> None:
        for report in Report.objects.filter(case=self.held.case, state="submitted"):
            self.held.act(deliver.rule_report, report, is_accepted=choice > 1, note="Looked at.", by=self.held.officer)

    def visit(self, _amount: int, choice: int) -> None:
        held, today = self.held, gather.local_day(self.held.at)
        held.act(deliver.plan_inspection, held.case, planned_on=today, place="Tai Po", by=held.officer)
        planned = Inspection.objects.filter(case=held.case).latest("number")
        found = [deliver.Found("major" if choice == n else "minor", "Not there.", today + timedelta(days=choice)) for n in range(2)]
        held.act(deliver.hold_inspection, planned, held_on=today, note="Seen.", findings=found, by=held.officer)

    def _findings(self, **of: Any) -> list[Finding]:
        return list(Finding.objects.filter(case=self.held.case, cleared_at=None, **of).order_by("number")[:2])

    def answer_finding(self, _amount: int, _choice: int) -> None:
        for finding in self._findings(answered_at=None):
            self.held.act(deliver.answer_finding, finding, answer="It is there now.", by=self.held.member)

    def clear_finding(self, _amount: int, choice: int) -> None:
        for finding in self._findings(**({"answered_at__isnull": False} if choice < 3 else {})):
            self.held.act(deliver.clear_finding, finding, is_cleared=choice > 0, note="Seen again.", by=self.held.officer)

    @contextmanager
    def gated(self) -> Iterator[None]:
        """This will hold whatever is tried within to this: while a report is overdue or a finding open, nothing more is released, and
        every instalment says so."""
        case, day = self.held.case, gather.local_day(self.held.at + timedelta(minutes=1))
        handed_in = set(Report.objects.filter(case=case, state__in=HANDED_IN).values_list("number", flat=True))
        is_late = any(one.due_on < day and one.number not in handed_in for one in award.terms_of(case, day).reports)
        is_found = any(one.is_gate(day) for one in Finding.objects.filter(case=case))
        said = {"report_overdue"} if is_late else set()
        said |= {"finding_open"} if is_found else set()
        case.refresh_from_db()
        for one in standing.planned_of([case], day)[case.pk]:
            assert set(one.release.blocks) & {"report_overdue", "finding_open"} == said
        before = Release.objects.filter(case=case).count()
        try:
            yield
        finally:
            assert not said or Release.objects.filter(case=case).count() == before

    # ── Months of people ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def engage(self, amount: int, choice: int) -> None:
        """A claim for months of people: some again, some of too many, some beyond what a month gives."""
        held = self.held
        opened = deliver.open_claim(held.case, by=held.member, at=held.at)
        lines = []
        for n in range(2 + choice % 2):
            first, last = STRETCHES[(amount + n) % len(STRETCHES)]
            begins = date(2025, 9 + (amount // 7 + n // 2) % 3, first)
            until = begins + timedelta(days=min(last, 30 if begins.month in (9, 11) else 31) - first)
            cents = (5_000_00, MONTHLY.monthly_cents, 2_000_00)[(choice + n) % 3]
            person = PEOPLE[(choice + n) % len(PEOPLE)]
            lines.append(deliver.LineEntry(MONTHLY.code, person, cents, "", "", begins, date(2026, 1, 5), until_on=until))
        deliver.save_claim(opened, lines=lines, by=held.member, at=held.at)
        for line in opened.lines.all():
            ClaimLine.objects.filter(pk=line.pk).update(receipt_sha256=uuid.uuid4().hex, payment_proof=self.document)
        held.act(deliver.submit_claim, opened, by=held.member)

    def hold_months(self) -> None:
        """This will hold the months paid to what the agreement gives: no day of a person twice, so many months each, so many at once."""
        rows = ClaimLine.objects.filter(claim__case=self.held.case, claim__state="decided", head=MONTHLY.code, allowed_cents__gt=0)
        days: dict[str, list[date]] = defaultdict(list)
        for row in rows:
            length = (row.until_on - row.spent_on).days + 1
            assert row.allowed_cents * 28 <= MONTHLY.monthly_cents * length and row.spent_on.month == row.until_on.month
            days[allowances.person_key(row.item)] += [row.spent_on + timedelta(days=n) for n in range(length)]
        at_once: dict[date, int] = defaultdict(int)
        for worked in days.values():
            assert len(worked) == len(set(worked)) and len({day.month for day in worked}) <= MONTHLY.months
            for day in worked:
                at_once[day] += 1
        assert max(at_once.values(), default=0) <= MONTHLY.people
        assert sum(row.allowed_cents for row in rows) <= MONTHLY.monthly_cents * MONTHLY.months * MONTHLY.people

    # ── Samples and what they demand ─────────────────────────────────────────────────────────────────────────────────────────

    def draw_sample(self, _amount: int, choice: int) -> None:
        held = self.held
        sealer.seal(held.at)
        yesterday = gather.local_day(held.at) - timedelta(days=1)
        asked = {"scheme": held.case.scheme, "first": date(2026, 3, 1), "last": yesterday, "unit": "HKD", "count": 1 + choice % 3}
        deliver.draw_sample(**asked, by=self.auditor, at=held.at, command=uuid.uuid4())

    def _samples(self, **of: Any) -> list[AuditSample]:
        return list(AuditSample.objects.filter(cases__contains=[self.held.case.pk], **of).order_by("number"))

    def audit_lines(self, amount: int, choice: int) -> None:
        for row in SampledLine.objects.filter(sample__in=self._samples(concluded_at=None), audited_at=None):
            wrong = (0, row.amount_cents, min(amount, row.amount_cents))[(choice + row.position) % 3]
            self.held.act(deliver.audit_line, row, error_cents=wrong, reason="ineligible_item", by=self.auditor)

    def conclude(self, _amount: int, _choice: int) -> None:
        for sample in self._samples(concluded_at=None):
            self.held.act(deliver.conclude_sample, sample, by=self.auditor)

    def decide_beyond(self, amount: int, choice: int) -> None:
        for sample in self._samples(concluded_at__isnull=False, decided_at=None):
            most = sampled.grant_beyond(sample)
            told = {"recover_cents": (most, most + 1, min(most, amount))[choice % 3], "reason": "As extrapolated."}
            self.held.act(deliver.decide_recovery, sample, **told, by=self.held.finance)

    def demand_sampled(self, amount: int, choice: int) -> None:
        self.note_grounds()
        for sample in self._samples(concluded_at__isnull=False):
            most = recovering.disallowed(self.held.case, sample)
            with suppress(Refusal):
                raise_(self.held, most if choice % 2 else min(amount, most) + choice // 2, ground="disallowed", sample=sample, days=60)

    def note_grounds(self) -> None:
        """This will note what each ground gives in all now, whatever was asked of it: a demand may rest on it from here on."""
        case = self.held.case
        settled = Payment.objects.filter(case=case, state="settled", receipt=None)
        paid = sum(one.amount_cents for one in settled) + sum(self.kept_back().values())
        earned = sum(one.payable_cents for one in Claim.objects.filter(case=case, state="decided"))
        now = {"all": paid, recovery.UNSPENT: paid - earned, "samples": earned}
        for sample in self._samples(concluded_at__isnull=False):
            errors = sampled.grant_in_error(sample)
            now[sample.pk] = min(paid, earned_of(sample)[case.pk], errors.get(case.pk, 0) + (sample.recover_cents or 0))
            now[sample.pk, "all"] = min(sum(earned_of(sample).values()), sum(errors.values()) + (sample.recover_cents or 0))
        for ground, cents in now.items():
            self.given[ground] = max(self.given[ground], cents)

    def kept_back(self) -> dict[int, int]:
        raise NotImplementedError

    def hold_grounds(self) -> None:
        """This will hold all that was ever demanded and not withdrawn to the most its ground gave while it was asked."""
        debts = Receivable.objects.filter(case=self.held.case)
        asked: dict[Any, int] = defaultdict(int)
        for debt in debts:
            asked["all"] += demanded(debt)
            asked[debt.ground] += demanded(debt)
            asked[debt.sample_id] += demanded(debt)
            asked["samples"] += demanded(debt) if debt.sample_id else 0
        for ground in ("all", "samples", recovery.UNSPENT, *(one.pk for one in self._samples())):
            assert asked[ground] <= self.given[ground], (ground, asked[ground], self.given[ground])
        for sample in self._samples(concluded_at__isnull=False):
            of_all = sum(demanded(debt) for debt in Receivable.objects.filter(sample=sample))
            assert of_all <= max(self.given[sample.pk, "all"], asked[sample.pk]), sample.number


def earned_of(sample: AuditSample) -> dict[int, int]:
    """This will give, by case, the grant that the claims a sample was drawn from earned."""
    keys = [row[0] for row in sample.population]
    claims = Claim.objects.filter(pk__in=ClaimLine.objects.filter(pk__in=keys).values("claim"))
    found: dict[int, int] = defaultdict(int)
    for case, cents in claims.values_list("case", "payable_cents"):
        found[case] += cents
    return found


def demanded(debt: Receivable) -> int:
    """This will give what a debt asks or took: of one withdrawn, what was settled of it before."""
    if debt.state != "withdrawn":
        return debt.amount_cents
    return sum(row.principal_cents for row in recovering.standing_acts(debt).exclude(kind="withdrawal"))
