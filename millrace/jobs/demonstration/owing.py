"""What payees come to owe after they were paid — e.g. a machine sold in its second year, HK$300,000 asked back, half of it paid late.

Each story takes the next closed case that was paid and owes nothing yet; where there is none, it is not told.
"""

from datetime import date, timedelta

from millrace.core import money, months, recovery
from millrace.jobs.demonstration.cast import Cast
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.registers.cases.models import Case
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, queries, recovering, register
from millrace.stages.deliver.models import Breach, Receipt, Receivable, Release, SetOff

# What becomes of a debt, and how many days before the last day of the story it is raised.
STORIES = (
    ("over_a_year", 420),
    ("paid_late", 300),
    ("missed", 200),
    ("in_instalments", 120),
    ("written_off", 100),
    ("overpaid", 80),
    ("raised", 4),
)


def told(cast: Cast, tale: Tale) -> Telling:
    """This will tell of one debt from its ground to where its tale leaves it."""
    yield tale.at
    owing = Receivable.objects.values("case")
    case = Case.objects.filter(scheme="nifs", status="closed", paid_cents__gt=0).exclude(pk__in=owing).order_by("status_on", "pk").first()
    if case is None:
        return
    breach = _gone(cast, case, tale) if tale.ending == "over_a_year" else None
    amount = min(_round(case.paid_cents // 6), breach.amount_cents if breach else case.paid_cents)
    debt = _raised(cast, case, amount, tale, breach=breach)
    if tale.ending == "raised":
        return
    yield tale.pause(1, 4)
    tale.act(deliver.confirm_receivable, debt, by=cast.staff["finance"][1])
    if tale.ending in ("missed", "in_instalments"):
        yield from _in_instalments(cast, debt, tale)
    elif tale.ending == "paid_late":
        yield tale.on(debt.due_on + timedelta(days=40))
        _paid(cast, debt, amount // 2, tale)
        tale.soon()
        wrong = {"reason": "It was entered for another payer's transfer (invented).", "by": cast.staff["finance"][1]}
        tale.act(deliver.take_back_receipt, Receipt.objects.latest("pk"), **wrong)
        tale.soon()
        _paid(cast, debt, amount // 2 - 1_000_00, tale)
        yield tale.pause(30, 40)
        _paid(cast, debt, None, tale)
    elif tale.ending == "overpaid":
        yield tale.on(debt.due_on)
        _paid(cast, debt, None, tale, more=5_000_00)
    elif tale.ending == "written_off":
        yield tale.pause(40, 45)
        give = {"amount_cents": min(amount // 2, 400_000_00), "reason": "The enterprise was struck off (invented)."}
        tale.act(deliver.write_off, debt, **give, by=cast.staff["authority"][0])


def kept_back(cast: Cast, case: Case, tale: Tale) -> Telling:
    """This will ask part of a first instalment back and set it off against the second, which waits to be paid."""
    yield tale.pause(0, 0)
    case.refresh_from_db()
    waiting = queries.unpaid_releases().filter(case=case).first()
    if waiting is None or recovering.recoverable(case) < 100_000_00:
        return
    debt = _raised(cast, case, _round(case.paid_cents // 40), tale, ground=recovery.DISALLOWED)
    tale.soon()
    tale.act(deliver.confirm_receivable, debt, by=cast.staff["finance"][1])
    tale.soon()
    _set_off(cast, debt, waiting, tale)


def _set_off(cast: Cast, debt: Receivable, release: Release, tale: Tale) -> None:
    """Every other one is agreed to."""
    told_ = {"release": release, "amount_cents": debt.amount_cents, "reason": "The next instalment is larger (invented)."}
    tale.act(deliver.propose_set_off, debt, **told_, by=cast.staff["finance"][0])
    tale.soon()
    told_ = {"is_approved": tale.number % 2 == 0, "note": "" if tale.number % 2 == 0 else "The payee offers to pay (invented)."}
    tale.act(deliver.decide_set_off, SetOff.objects.latest("pk"), **told_, by=cast.staff["finance"][1])


def _gone(cast: Cast, case: Case, tale: Tale) -> Breach | None:
    item = next(iter(register.equipment_of(case)), None)
    if item is None:
        return None
    found = {"finding": "disposed", "checked_on": tale.today, "note": "Sold, says the works manager (invented)."}
    tale.act(deliver.check_equipment, item, **found, by=cast.one("officer", tale))
    tale.soon()
    return next(iter(recovering.breaches_of(case)), None)


def _raised(cast: Cast, case: Case, cents: int, tale: Tale, *, breach: Breach | None = None, ground: str = recovery.BREACH) -> Receivable:
    fields = {
        "ground": recovery.RETENTION if breach else ground,
        "amount_cents": cents,
        "due_on": tale.today + timedelta(days=recovering.demand_days(case.scheme, tale.today)),
        "reason": "Part of what was paid was not used for the project (invented).",
        "evidence": "The file note of the visit of that week (invented).",
        "breach": breach,
    }
    tale.act(deliver.raise_receivable, case, **fields, by=cast.staff["finance"][0])
    return Receivable.objects.filter(case=case).latest("number")


def _in_instalments(cast: Cast, debt: Receivable, tale: Tale) -> Telling:
    """Six months; the first is paid in time, and the next too unless the tale is of one that was missed."""
    yield tale.pause(3, 6)
    first = tale.today + timedelta(days=14)
    debt.refresh_from_db()
    shares = money.share_out(recovering.owed(debt, gather.local_day(tale.at)).total_cents, [1] * 6)
    parts = [recovery.Part(months.after(first, n), cents) for n, cents in enumerate(shares)]
    tale.act(deliver.agree_plan, debt, parts=parts, note="By telephone with the managing director (invented).", by=cast.staff["finance"][0])
    for part in parts[:1] if tale.ending == "missed" else parts:
        yield tale.on(_working(part.due_on))
        _paid(cast, debt, part.amount_cents, tale)
    yield tale.on(months.after(first, 1) + timedelta(days=1))
    if tale.ending == "missed":
        deliver.end_missed_plans(cast.system, at=tale.at)


def _working(day: date) -> date:
    """The last day of work by a day."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _paid(cast: Cast, debt: Receivable, cents: int | None, tale: Tale, *, more: int = 0) -> None:
    """What is owed or `cents` of it comes in, and `more` beyond it, which is held for the payee."""
    debt.refresh_from_db()
    owed = recovering.owed(debt, tale.today).total_cents
    if not owed:
        return
    fields = {"amount_cents": min(owed, cents or owed) + more, "received_on": tale.today, "holds_rest": more > 0}
    fields["bank_reference"] = f"RC{debt.pk:05d}-{tale.today:%m%d}"
    tale.act(deliver.receive_money, debt, **fields, by=cast.staff["finance"][0])


def _round(cents: int) -> int:
    return max(1_000_00, cents // 1_000_00 * 1_000_00)
