"""Gathers what a payee owes: rates, what was settled, the most that may be asked back — e.g. HK$84,000 of cost disallowed by sample 3.

Facts are gathered here and decided in `core/recovery`; nothing here changes anything.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from millrace.core import recovery
from millrace.core.policy_folder.handling import Found
from millrace.registers.cases.models import Case
from millrace.registers.documents import queries as documents
from millrace.registers.documents.models import Document
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import queries, sampled, standing
from millrace.stages.deliver.models import (
    AuditSample,
    Breach,
    Claim,
    DueDay,
    Payment,
    Receipt,
    Receivable,
    RecoveryPlan,
    Release,
    RevenueDeclaration,
    Settlement,
)

INTEREST, DEMAND_DAYS = "recovery-interest", "demand-days"
REVENUE_SHARE, REVENUE_YEARS, REVENUE_CAP, DECLARATION_DAYS = "revenue-share", "revenue-years", "revenue-cap", "revenue-declaration-days"
STANDING = (Receivable.State.RAISED, Receivable.State.CONFIRMED)
ENDED = ("closed", "terminated")


# ── Interest ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def rates_found(scheme: str) -> list[tuple[date, Found]]:
    """This will give every rate of interest for a scheme with its first certain day, oldest first."""
    measure = policy.handling().measures.get(INTEREST)
    if measure is None:
        return []
    days = sorted({value.starts.latest for value in measure.values if not value.schemes or scheme in value.schemes})
    return [(day, Found(measure, value)) for day in days if (value := measure.value(scheme, day)) is not None]


def rates_of(scheme: str) -> list[recovery.Rate]:
    """This will give the rates as the core reckons with them."""
    return [recovery.Rate(day, found.number) for day, found in rates_found(scheme)]


def demand_days(scheme: str, on: date) -> int:
    """This will give how many days a demand leaves, 30 where the policy does not say."""
    return policy.handling().number(DEMAND_DAYS, scheme, on, 30)


def settled_of(receivable: Receivable, on: date | None = None) -> list[recovery.Settled]:
    """This will give what was settled of a debt, in order; by a day of the books, where one is given."""
    rows = Settlement.objects.filter(receivable=receivable).order_by("number")
    if on is not None:
        rows = rows.filter(booked_on__lte=on)
    return [recovery.Settled(*row) for row in rows.values_list("value_on", "principal_cents", "interest_cents")]


def standing_acts(receivable: Receivable) -> QuerySet[Settlement]:
    """This will give what was settled of a debt, without receipts that were taken back."""
    rows = Settlement.objects.filter(receivable=receivable, takes_back__isnull=True)
    return rows.exclude(pk__in=Settlement.objects.filter(receivable=receivable, takes_back__isnull=False).values("takes_back"))


def held_to_repay() -> QuerySet[Receipt]:
    """This will give the receipts of which something is held for the payee and in no payment that stands, oldest first."""
    rows = Receipt.objects.filter(held_cents__gt=0, taken_back_at__isnull=True)
    paid = Payment.objects.filter(receipt=OuterRef("pk")).exclude(state__in=Payment.UNDONE)
    return rows.filter(~Exists(paid)).select_related("receivable__case__lead").order_by("received_on", "pk")


def owed(receivable: Receivable, on: date, settled: Sequence[recovery.Settled] | None = None) -> recovery.Owed:
    """This will say what is owed on a day; nothing before it is confirmed or once it ended."""
    if receivable.state != Receivable.State.CONFIRMED:
        return recovery.Owed(0, 0, 0)
    acts = settled_of(receivable) if settled is None else settled
    return recovery.owed(receivable.amount_cents, receivable.due_on, acts, rates_of(receivable.case.scheme), on)


def place_of_files(receivable: Receivable) -> str:
    """This will name the place of the files a debt rests on: the funder's own, of no list of the case."""
    return f"{documents.OF_FUNDER}debt-{receivable.number}"


def files_of(receivable: Receivable) -> QuerySet[Document]:
    """This will give the files a debt rests on."""
    return documents.funders_own(receivable.case, place_of_files(receivable))


# ── What may be asked back ───────────────────────────────────────────────────────────────────────────────────────────────────


def asked_back(case: Case, *, but: Receivable | None = None) -> int:
    """This will add up what is being asked back of what was paid, confirmed or not."""
    rows = Receivable.objects.filter(case=case, unit=case.unit, state__in=STANDING, ground__in=recovery.TAKES_BACK)
    return _sum(_others(rows, but), "left_cents")


def recoverable(case: Case, *, but: Receivable | None = None) -> int:
    """This will give what of a case's settled payments nobody asks back yet."""
    paid = min(standing.statement_of(case).total("paid", case.unit), case.paid_cents)
    return max(0, paid - asked_back(case, but=but))


def most(debt: Receivable) -> int:
    """This will give the most a debt may be of, in the books already or not: what its ground gives today, the debt itself not counted as
    taken from it, and no more than was paid and no other debt asks back."""
    case = debt.case
    if debt.declaration is not None:
        return debt.declaration.share_cents if debt.declaration in declarations_of(case, but=debt) else 0
    found = [recoverable(case, but=debt)]
    if debt.ground == recovery.UNSPENT:
        found.append(unspent(case, but=debt))
    if debt.sample is not None:
        found.append(disallowed(case, debt.sample, but=debt))
    if debt.breach is not None:
        found.append(debt.breach.amount_cents if debt.breach in breaches_of(case, but=debt) else 0)
    return min(found)


def not_earned(case: Case) -> int:
    """This will give what was paid and not earned by decided claims, whether it is asked back or not, less what an authority gave up of it:
    that does not come back."""
    return max(0, left_unspent(case) - given_up(case))


def left_unspent(case: Case) -> int:
    """This will give what was paid and not earned, given up or not, as accounts would state it.

    What came back on other grounds counts as paid still: a breach paid back is no unspent money given back, whichever comes first.
    """
    earned = _sum(Claim.objects.filter(case=case, state=Claim.State.DECIDED), "payable_cents")
    return max(0, standing.statement_of(case).total("paid", case.unit) + back_on_other_grounds(case) - earned)


def given_up(case: Case) -> int:
    """This will give what was written off of demands for unspent money: it stays with the payee, and nothing asks for it again. Its books
    tell whether anything was written off at all."""
    if not standing.statement_of(case).owed("written_off", case.unit):
        return 0
    rows = Settlement.objects.filter(receivable__case=case, receivable__unit=case.unit, receivable__ground=recovery.UNSPENT)
    return _sum(rows.filter(kind=Settlement.Kind.WRITE_OFF), "principal_cents")


def back_on_other_grounds(case: Case) -> int:
    """This will give what came back of a case's payments for other reasons than that it was not earned: for breaches, disallowed cost,
    equipment not kept. Its books tell whether anything came back at all."""
    statement, unit = standing.statement_of(case), case.unit
    if not statement.owed("received", unit) and not statement.owed("set_off", unit):
        return 0
    came = (Settlement.Kind.RECEIPT, Settlement.Kind.TAKEN_BACK, Settlement.Kind.SET_OFF)
    rows = Settlement.objects.filter(receivable__case=case, receivable__unit=unit, kind__in=came)
    return _sum(rows.filter(receivable__ground__in=recovery.TAKES_BACK - {recovery.UNSPENT}), "principal_cents")


def earned_after_return(case: Case) -> int:
    """This will give what came back on demands as unspent and was earned since: the payee's own money, which no release pays again, for its
    instalment was released already. Its receipt is taken back, and recorded again to be held and paid back.

    What claims earned beyond the releases of their stage is not in it: that is released.
    """
    if not standing.statement_of(case).owed("received", case.unit):
        return 0
    rows = Settlement.objects.filter(receivable__case=case, receivable__unit=case.unit, receivable__ground=recovery.UNSPENT)
    back = _sum(rows.filter(kind__in=(Settlement.Kind.RECEIPT, Settlement.Kind.TAKEN_BACK)), "principal_cents")
    released, earned = Counter[int](), Counter[int]()
    for one in standing.releases_of(case):
        released[one.stage_number] += one.amount_cents
    for claim in standing.claims_of(case):
        earned[claim.stage_number] += claim.payable_cents if claim.state == Claim.State.DECIDED else 0
    return recovery.earned_after_return(released, earned, back)


def unspent(case: Case, *, but: Receivable | None = None) -> int:
    """This will give what was paid and not earned, less what is given up or asked back as unspent already."""
    asked = Receivable.objects.filter(case=case, state__in=STANDING, ground=recovery.UNSPENT)
    return max(0, not_earned(case) - _sum(_others(asked, but), "left_cents"))


def earned_since(debt: Receivable) -> int:
    """This will give how much of a demand for unspent money was earned by claims decided after it: so much of it is not to be paid."""
    if debt.ground != recovery.UNSPENT or debt.state not in STANDING:
        return 0
    return max(0, debt.left_cents - unspent(debt.case, but=debt))


def is_withdrawable(debt: Receivable) -> bool:
    """This will say whether a debt may still be taken back: nothing of it was settled, or part of it was earned since."""
    return not standing_acts(debt).exists() or earned_since(debt) > 0


def disallowed(case: Case, sample: AuditSample, *, but: Receivable | None = None) -> int:
    """This will give what a concluded sample lets us take up here: the grant its errors in this case had earned, and what was decided
    beyond all errors — of one case no more than its lines drawn from had earned, and over all samples no more than all its claims did."""
    if sample.concluded_at is None or case.pk not in sample.cases or sample.unit != case.unit:
        return 0
    errors = sampled.grant_in_error(sample)
    rows = _others(Receivable.objects.filter(sample=sample), but).exclude(state=Receivable.State.WITHDRAWN)
    taken = dict(rows.values_list("case").annotate(sum=Sum("amount_cents")))
    beyond = sum(max(0, cents - errors.get(pk, 0)) for pk, cents in taken.items())
    own, here = taken.get(case.pk, 0), errors.get(case.pk, 0)
    left = max(0, here - own)
    if sample.recover_cents:
        decided = min(sample.recover_cents, sampled.grant_beyond(sample))
        left = min(left + max(0, decided - beyond), max(left, sampled.grant_drawn_from(sample).get(case.pk, 0) - own))
    return min(left, _left_to_samples(case, but=but))


def _left_to_samples(case: Case, *, but: Receivable | None = None) -> int:
    """What decided claims earned and no sample asks back yet: two samples of the same claims do not ask for it twice."""
    asked = _others(Receivable.objects.filter(case=case, sample__isnull=False), but).exclude(state=Receivable.State.WITHDRAWN)
    earned = _sum(Claim.objects.filter(case=case, state=Claim.State.DECIDED), "payable_cents")
    return max(0, earned - _sum(asked, "amount_cents"))


def samples_of(case: Case) -> list[AuditSample]:
    """This will list the concluded samples with something left to take up on a case."""
    rows = AuditSample.objects.filter(concluded_at__isnull=False, cases__contains=[case.pk]).defer("population").order_by("number")
    return [row for row in rows if disallowed(case, row)]


def breaches_of(case: Case, *, but: Receivable | None = None) -> list[Breach]:
    """This will list the recorded breaches nobody has taken up yet."""
    rows = Receivable.objects.filter(case=case, breach__isnull=False)
    taken = _others(rows, but).exclude(state=Receivable.State.WITHDRAWN)
    return list(Breach.objects.filter(case=case).exclude(pk__in=taken.values("breach")).select_related("equipment").order_by("number"))


def declarations_of(case: Case, *, but: Receivable | None = None) -> list[RevenueDeclaration]:
    """This will list the declarations with a share nobody has asked for yet."""
    debts = Receivable.objects.filter(case=case, declaration__isnull=False)
    taken = _others(debts, but).exclude(state=Receivable.State.WITHDRAWN)
    rows = RevenueDeclaration.objects.filter(case=case, share_cents__gt=0).exclude(pk__in=taken.values("declaration"))
    return list(rows.order_by("year"))


def _others(rows: QuerySet[Receivable], but: Receivable | None) -> QuerySet[Receivable]:
    return rows.exclude(pk=but.pk) if but else rows


def _sum(rows: QuerySet[Receivable] | QuerySet[Claim] | QuerySet[Settlement], name: str) -> int:
    return int(rows.aggregate(sum=Sum(name))["sum"] or 0)


def asked_of(case: Case, on: date) -> list[Receivable]:
    """This will give the debts of a case that are raised or owed, in the order they were raised."""
    agreed = standing.agreed_by(case, on)
    return [row for row in agreed.debts if row.state in STANDING] if agreed else []


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def owed_by(organisations: Iterable[int], visible: QuerySet[Case]) -> dict[int, list[Receivable]]:
    """This will give what organisations owe on the cases a person may see, by organisation: a payment to one may be reduced by it."""
    found: dict[int, list[Receivable]] = {}
    rows = Receivable.objects.filter(case__lead__in=set(organisations), case__in=visible, state=Receivable.State.CONFIRMED)
    for row in rows.select_related("case").order_by("due_on", "pk"):
        found.setdefault(row.case.lead_id, []).append(row)
    return found


def releases_to_set_off(receivable: Receivable) -> QuerySet[Release]:
    """This will give the releases to the same payee that wait to be paid."""
    return queries.unpaid_releases().filter(case__lead=receivable.case.lead_id, unit=receivable.unit)


def plan_of(receivable: Receivable) -> RecoveryPlan | None:
    """This will give the plan that stands."""
    return RecoveryPlan.objects.filter(receivable=receivable, ended_on__isnull=True).first()


def parts_of(plan: RecoveryPlan) -> list[recovery.Part]:
    """This will give a plan's instalments as the core reads them."""
    return [recovery.Part(date.fromisoformat(on), cents) for on, cents in plan.parts]


def settled_cents(receivable: Receivable) -> int:
    """This will add up all that was settled of a debt, principal and interest."""
    rows = Settlement.objects.filter(receivable=receivable)
    return int(rows.aggregate(sum=Sum(F("principal_cents") + F("interest_cents")))["sum"] or 0)


def aged(on: date) -> QuerySet[Receivable]:
    """This will give the debts with principal owed at the end of a day: `open_cents` of it, the interest charged and not settled, and
    `counts_from`, the day they are late from: their own due day, or that of the first unpaid instalment."""
    booked = Settlement.objects.filter(receivable=OuterRef("pk"), booked_on__lte=on).order_by().values("receivable")

    def settled(name: str) -> Coalesce:
        return Coalesce(Subquery(booked.annotate(sum=Sum(name)).values("sum"), output_field=BigIntegerField()), 0)

    latest = DueDay.objects.filter(receivable=OuterRef("pk"), from_on__lte=on).order_by("-from_on", "-pk")
    rows = Receivable.objects.filter(confirmed_on__lte=on).annotate(
        open_cents=F("amount_cents") - settled("principal_cents"),
        open_interest_cents=settled("charged_cents") - settled("interest_cents"),
        counts_from=Subquery(latest.values("due_on")[:1]),
    )
    return rows.filter(open_cents__gt=0)


def of_age(code: str, on: date) -> Q:
    """This will narrow aged debts to one age."""
    first, last = recovery.due_days(code, on)
    return (Q(counts_from__gte=first) if first else Q()) & (Q(counts_from__lte=last) if last else Q())


# ── Revenue ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def revenue_rule(scheme: str, ended_before: date) -> recovery.RevenueRule | None:
    """This will give a scheme's rule of shared revenue as it stood when the project ended; None where it has none."""
    found = {
        name: policy.handling().found(name, scheme, ended_before) for name in (REVENUE_SHARE, REVENUE_YEARS, REVENUE_CAP, DECLARATION_DAYS)
    }
    held = {name: one for name, one in found.items() if one is not None}
    if len(held) < len(found):
        return None
    share, years, cap, days = (held[name].number for name in found)
    return recovery.RevenueRule(share, years, cap, days, tuple(one.as_json() for one in held.values()))


def revenue_of(case: Case, on: date) -> tuple[recovery.RevenueRule, list[recovery.Year]] | None:
    """This will give a case's rule and the years that are over; None where nothing is shared or the project has not ended."""
    agreed = standing.agreed_by(case, on)
    if agreed is None or agreed.terms.ends_before > on or case.status not in ("in_force", "closed"):
        return None
    ended = agreed.terms.ends_before
    rule = revenue_rule(case.scheme, ended)
    return (rule, [year for year in recovery.revenue_years(rule, ended) if year.until <= on]) if rule else None


def revenue_schemes() -> list[str]:
    """This will name the schemes with a share of revenue."""
    measure = policy.handling().measures.get(REVENUE_SHARE)
    return sorted({scheme for value in measure.values for scheme in value.schemes}) if measure else []
