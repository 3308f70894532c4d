"""Where the money of a case stands — e.g. what its next instalment would release today, and what blocks it.

What the panels of one page ask in common is asked once (`cases.once`); the facts are gathered here and decided in core.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from millrace.core import lifecycle, matching, recovery, releases, reports
from millrace.core.terms import Terms
from millrace.core.terms import from_data as terms_from
from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries as ledger
from millrace.registers.people import prepared
from millrace.stages.award import queries as award
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver.models import (
    AdvanceRequest,
    Claim,
    Evidence,
    Finding,
    PayeeAccount,
    Payment,
    Receivable,
    Release,
    Report,
    RevenueDeclaration,
    Settlement,
)
from millrace.stages.deliver.models.inspections import gates
from millrace.stages.deliver.models.reports import HANDED_IN


@dataclass(frozen=True)
class Agreed:
    """The agreement as it stands on a day, which of its milestones were accepted and reports handed in, and whether a finding of an
    inspection holds its money back."""

    terms: Terms
    titles: Mapping[int, str]
    accepted: frozenset[int]
    reported: frozenset[int] = frozenset()
    has_open_finding: bool = False
    number: int = 1
    debts: tuple[Receivable, ...] = ()
    settled: Mapping[int, tuple[recovery.Settled, ...]] = field(default_factory=dict)
    declared: tuple[RevenueDeclaration, ...] = ()


def _with_accepted(rows: QuerySet[AgreedTerms], on: date) -> QuerySet[AgreedTerms]:
    return with_handed_in(rows).annotate(has_open_finding=Exists(Finding.objects.filter(gates(on), case=OuterRef("case"))))


def with_handed_in(rows: QuerySet[AgreedTerms]) -> QuerySet[AgreedTerms]:
    """This will bring with each agreement which of its milestones were accepted and which reports handed in, by number."""
    accepted = Evidence.objects.filter(case=OuterRef("case"), purpose=Evidence.Purpose.MILESTONE, state=Evidence.State.VERIFIED)
    reported = Report.objects.filter(case=OuterRef("case"), state__in=HANDED_IN)
    return rows.annotate(accepted=ArraySubquery(accepted.values("milestone")), reported=ArraySubquery(reported.values("number")))


# What a page shows of a debt, read with the agreement: one question for both.
_OF_DEBT = ("id", "number", "ground", "state", "unit", "amount_cents", "left_cents", "due_on", "confirmed_on")
_OF_YEAR = ("year", "unit", "revenue_cents", "share_cents", "steps", "told")


def _with_debts(rows: QuerySet[AgreedTerms]) -> QuerySet[AgreedTerms]:
    acts = Settlement.objects.filter(receivable=OuterRef("pk")).order_by("number")
    told = JSONObject(on="value_on", principal="principal_cents", interest="interest_cents")
    debts = Receivable.objects.filter(case=OuterRef("case")).order_by("number")
    told_of_debt = JSONObject(**{name: name for name in _OF_DEBT}, settled=ArraySubquery(acts.values(told=told)))
    years = RevenueDeclaration.objects.filter(case=OuterRef("case")).order_by("year")
    told_of_year = JSONObject(**{name: name for name in _OF_YEAR})
    return rows.annotate(debts=ArraySubquery(debts.values(told=told_of_debt)), declared=ArraySubquery(years.values(row=told_of_year)))


def _agreed(row: Any) -> Agreed:
    titles = {int(number): title for number, title in row.milestone_titles.items()}
    debts = getattr(row, "debts", ())
    return Agreed(
        terms_from(row.data),
        titles,
        frozenset(row.accepted),
        frozenset(row.reported),
        row.has_open_finding,
        row.number,
        debts=tuple(_debt(told) for told in debts),
        settled={told["id"]: tuple(_settled(act) for act in told["settled"]) for told in debts},
        declared=tuple(RevenueDeclaration(**told) for told in getattr(row, "declared", ())),
    )


def _debt(told: Mapping[str, Any]) -> Receivable:
    days = {name: date.fromisoformat(told[name]) if told[name] else None for name in ("due_on", "confirmed_on")}
    return Receivable(**{**{name: told[name] for name in _OF_DEBT}, **days})


def _settled(told: Mapping[str, Any]) -> recovery.Settled:
    return recovery.Settled(date.fromisoformat(told["on"]), told["principal"], told["interest"])


_agreement = prepared.Prepared(
    lambda case, on: _with_debts(_with_accepted(award.terms_rows(on), on)).filter(case=case)[:1], case=int, on=date
)
_claims = prepared.Prepared(lambda case: Claim.objects.filter(case=case).order_by("number"), case=int)
_evidence = prepared.Prepared(
    lambda case: Evidence.objects.filter(case=case).select_related("sponsor").order_by("number"),
    case=int,
)
_releases = prepared.Prepared(lambda case: _with_payments(Release.objects.filter(case=case)).order_by("number"), case=int)
_account = prepared.Prepared(
    lambda organisation: PayeeAccount.objects.filter(organisation=organisation, ended_at__isnull=True)[:1], organisation=int
)


def _with_payments(rows: QuerySet[Release]) -> QuerySet[Release]:
    told = JSONObject(end_to_end="end_to_end", amount_cents="amount_cents", unit="run__unit", state="state", settled_on="settled_on")
    return rows.annotate(paid_by=ArraySubquery(Payment.objects.filter(release=OuterRef("pk")).order_by("pk").values(told=told)))


def agreed_by(case: Case, on: date) -> Agreed | None:
    """This will give what was agreed by a day and not yet replaced, or None before an agreement."""
    return cases.once(case, _agreed_by, on)


def _agreed_by(case: Case, on: date) -> Agreed | None:
    row = _agreement.first(case=case.pk, on=on)
    return _agreed(row) if row else None


def statement_of(case: Case) -> ledger.Statement:
    """This will give the case's money in every state, as it stands now."""
    return cases.once(case, ledger.statement)


def claims_of(case: Case) -> Sequence[Claim]:
    """This will give every claim of a case, drafts included."""
    return cases.once(case, _claims_of)


def _claims_of(case: Case) -> list[Claim]:
    return _claims(case=case.pk)


def evidence_of(case: Case) -> Sequence[Evidence]:
    """This will give all evidence of a case, each with the sponsor who brought the money."""
    return _evidence(case=case.pk)


def releases_of(case: Case) -> Sequence[Release]:
    """This will give the releases of a case, each with what was paid of it."""
    return cases.once(case, _releases_of)


def _releases_of(case: Case) -> list[Release]:
    return _releases(case=case.pk)


@dataclass(frozen=True)
class Paid:
    """One payment as a case's page shows it."""

    end_to_end: str
    amount_cents: int
    unit: str
    state: str
    settled_on: date | None

    @property
    def is_under_way(self) -> bool:
        return self.state in (Payment.State.ORDERED, Payment.State.SENT)


def payments_of(released: Iterable[Any]) -> list[Paid]:
    """This will give every payment of the releases of a case, whatever became of it."""
    told = [payment for release in released for payment in release.paid_by]
    return [Paid(**{**one, "settled_on": date.fromisoformat(one["settled_on"]) if one["settled_on"] else None}) for one in told]


def _live_account(case: Case) -> PayeeAccount | None:
    return _account.first(organisation=case.lead_id)


@dataclass(frozen=True)
class Planned:
    """One instalment with what was released of it and what a release now would come to."""

    instalment: releases.Instalment
    stage: int
    released_cents: int
    release: releases.Release
    undrawn_cents: int = 0
    asked_cents: int = 0

    @property
    def planned_cents(self) -> int:
        """What the instalment may come to: an advance that nobody drew is paid with what claims earn."""
        return self.instalment.planned_cents + (self.undrawn_cents if self.instalment.basis in releases.EARNED else 0)


def sources(statement: ledger.Statement, unit: str) -> tuple[matching.Source, ...]:
    """This will give the case's matching money as the core reads it, sponsors in the order of their registration."""
    lines = sorted((line for line in statement.matching if line.unit == unit), key=lambda line: (line.sponsor, line.form))
    return tuple(matching.Source(line.sponsor, line.form, line.verified, line.consumed) for line in lines)


def planned(case: Case, on: date) -> tuple[Planned, ...]:
    """This will work out every instalment as if it were released now, each alone."""
    found = standing(case, on)
    return found.planned if found else ()


def planned_of(wanted: Sequence[Case], on: date) -> dict[int, tuple[Planned, ...]]:
    """This will work them out for many cases under an agreement at once, by case id, however many in the same one question."""
    latest: dict[int, Any] = {row.case_id: row for row in _latest(cases=prepared.ids(case.pk for case in wanted), on=on)}
    under = [(case, latest[case.pk]) for case in wanted if case.pk in latest]
    return {case.pk: _planned(case, on, _agreed(row), ledger.statement_told(row.accounts), _done(row)) for case, row in under}


def sized_but_for_days(case: Case, row: Any) -> tuple[Terms, tuple[Planned, ...]]:
    """This will size every instalment of an agreement, read `with_handed_in` and `with_done`, as if no report and no finding held it:
    whether they do, only the day says."""
    terms = terms_from(row.data)
    agreed = Agreed(terms, {}, frozenset(row.accepted), frozenset(one.number for one in terms.reports))
    return terms, _planned(case, date.min, agreed, ledger.statement_told(row.accounts), _done(row))


@dataclass(frozen=True)
class Done:
    """What was released (instalment, stage, cents) and claimed (stage, state, payable cents), and whether it can be paid."""

    released: Sequence[tuple[int, int, int]]
    claimed: Sequence[tuple[int, str, int]]
    has_account: bool
    asked: Mapping[int, int]


def with_done(rows: QuerySet[AgreedTerms]) -> QuerySet[AgreedTerms]:
    """This will bring with each agreement what was released, claimed and asked for under it, its payee account and its books."""
    of_case, live = {"case": OuterRef("case")}, {"organisation": OuterRef("case__lead"), "ended_at": None}
    released = Release.objects.filter(**of_case).values(told=JSONObject(of="instalment", stage="stage_number", cents="amount_cents"))
    claimed = Claim.objects.filter(**of_case).values(told=JSONObject(stage="stage_number", state="state", cents="payable_cents"))
    verified = PayeeAccount.objects.filter(**live, second_by__isnull=False)
    asked = AdvanceRequest.objects.filter(**of_case).order_by("number").values(told=JSONObject(of="instalment", cents="amount_cents"))
    return rows.annotate(
        released=ArraySubquery(released),
        claimed=ArraySubquery(claimed),
        has_account=Exists(verified),
        asked=ArraySubquery(asked),
        accounts=ledger.accounts_of(OuterRef("case")),
    )


_latest = prepared.Prepared(
    lambda cases, on: (
        with_done(_with_accepted(award.terms_rows(on), on))
        .filter(case__in=prepared.among(cases))
        .order_by("case_id", "-from_on", "-number")
        .distinct("case_id")
    ),
    cases=str,
    on=date,
)


def _done(row: Any) -> Done:
    released = [(one["of"], one["stage"], one["cents"]) for one in row.released]
    claimed = [(one["stage"], one["state"], one["cents"]) for one in row.claimed]
    return Done(released, claimed, row.has_account, {one["of"]: one["cents"] for one in row.asked})


def _planned(case: Case, on: date, agreed: Agreed, statement: ledger.Statement, done: Done) -> tuple[Planned, ...]:
    """This will size every instalment of one case."""
    terms, held = agreed.terms, sources(statement, agreed.terms.unit)
    committed = statement.total("committed", terms.unit)
    has_open_claim = any(state == Claim.State.SUBMITTED for _stage, state, _cents in done.claimed)
    has_overdue_report = bool(reports.overdue(terms.reports, agreed.reported, on))
    sized = []
    for instalment in terms.instalments:
        stage = terms.stage(instalment.stage)
        payable = sum(cents for of, _state, cents in done.claimed if of == stage.number)
        in_stage = sum(cents for _instalment, of, cents in done.released if of == stage.number)
        already = sum(cents for of, _stage, cents in done.released if of == instalment.number)
        advances = [one for one in terms.instalments if one.stage == stage.number and one.basis == releases.ON_ADVANCE]
        numbers = {one.number for one in advances}
        advanced = sum(cents for of, _stage, cents in done.released if of in numbers)
        undrawn = max(0, sum(one.planned_cents for one in advances) - advanced)
        where = releases.Position(
            open_stage=case.stage_number,
            released_cents=already,
            payable_cents=max(0, payable - in_stage),
            committed_cents=committed,
            sources=held,
            accepted_milestones=agreed.accepted,
            has_open_claim=has_open_claim,
            has_verified_account=done.has_account,
            is_suspended=case.status == lifecycle.SUSPENDED,
            has_overdue_report=has_overdue_report,
            has_open_finding=agreed.has_open_finding,
            requested_cents=done.asked.get(instalment.number, 0),
            undrawn_cents=undrawn,
            uncleared_cents=min(advanced, max(0, in_stage - payable)),
        )
        release = releases.size(instalment, where, ratio=stage.ratio, in_kind_share=stage.in_kind_share)
        sized.append(Planned(instalment, stage.number, already, release, undrawn, where.requested_cents))
    return tuple(sized)


def advances_asked(case: Case, terms: Terms) -> dict[int, int]:
    """This will give what was asked for last under each instalment paid in advance; without one, nothing is looked up."""
    if all(one.basis != releases.ON_ADVANCE for one in terms.instalments):
        return {}
    return dict(AdvanceRequest.objects.filter(case=case).order_by("number").values_list("instalment", "amount_cents"))


@dataclass(frozen=True)
class Standing:
    """Everything the page of one case shows of its money."""

    terms: Terms
    statement: ledger.Statement
    planned: tuple[Planned, ...]
    releases: Sequence[Release]
    account: PayeeAccount | None


def standing(case: Case, on: date) -> Standing | None:
    """This will gather where a case's money stands, or None before its agreement."""
    agreed = agreed_by(case, on)
    if agreed is None:
        return None
    statement, released, account = statement_of(case), releases_of(case), cases.once(case, _live_account)
    done = Done(
        [(one.instalment, one.stage_number, one.amount_cents) for one in released],
        [(one.stage_number, one.state, one.payable_cents) for one in claims_of(case)],
        has_account=account is not None and account.is_verified,
        asked=advances_asked(case, agreed.terms),
    )
    sized = _planned(case, on, agreed, statement, done)
    return Standing(agreed.terms, statement, sized, released, account)
