"""What payees owe by age, on any day, and the revenue still to be declared — e.g. on 31 March four debts 31–60 days late, HK$1.2m."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case as Choice
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import recovery
from millrace.core.access import Actor
from millrace.desks.finance.forms import DayForm
from millrace.desks.finance.tabs import READERS, tabs
from millrace.registers.cases.models import Case
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver import gather, recovering
from millrace.stages.deliver.models import Receivable, RevenueDeclaration, SetOff
from millrace.web import access, counting, funder, schemes, words
from millrace.web.access import entry
from millrace.web.tables import Column, Filter, Listing

AGES = {
    recovery.NOT_DUE: word("Not yet due"),
    recovery.TO_30: word("1–30 days late"),
    recovery.TO_60: word("31–60 days late"),
    recovery.TO_90: word("61–90 days late"),
    recovery.TO_YEAR: word("91–365 days late"),
    recovery.OLDER: word("Over a year late"),
}
MOST = 200


def _ages(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(code, _(text)) for code, text in AGES.items()]


def _grounds(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(code, str(text)) for code, text in Receivable.Ground.choices]


def _schemes(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return list(schemes.short_titles().items())


DEBTS = Listing(
    page="finance-debts",
    caption=word("What is owed to us"),
    columns=(
        Column("case", word("Case"), "case__reference", url="/cases/{}/?show=money", note="case__lead__name", is_sortable=True),
        Column("organisation", word("Organisation"), "case__lead__name", is_in_file_only=True),
        Column("debt", word("Debt"), "number", "count"),
        Column("ground", word("Ground"), "ground", "choice", labels=dict(Receivable.Ground.choices), is_sortable=True),
        Column("scheme", word("Scheme"), "case__scheme", "scheme", is_sortable=True),
        Column("amount", word("Amount"), "amount_cents", "money", unit_field="unit", is_in_file_only=True),
        Column("owed", word("Principal owed"), "open_cents", "money", unit_field="unit", is_sortable=True),
        Column("interest", word("Interest charged, unpaid"), "open_interest_cents", "money", unit_field="unit", is_in_file_only=True),
        Column("due", word("Late from"), "counts_from", "day", is_sortable=True),
        Column("age", word("Age"), "age", "choice", labels=AGES),
    ),
    filters=(
        Filter("age", word("Age"), "age", _ages),
        Filter("ground", word("Ground"), "ground", _grounds),
        Filter("scheme", word("Scheme"), "case__scheme", _schemes),
    ),
    order="counts_from",
    search_fields=("case__reference", "case__lead__name", "case__lead__name_zh"),
    keeps=("on",),
)


def aged(actor: Actor, at: datetime, on: date) -> QuerySet[Receivable]:
    """This will give the debts a person may see as they stood at the end of a day, each with its age."""
    ages = [When(recovering.of_age(code, on), then=Value(code)) for code in AGES]
    rows = recovering.aged(on).filter(access.without_conflicts(actor, at))
    return rows.annotate(age=Choice(*ages, output_field=CharField()))


@entry(power=READERS)
def debts(request: HttpRequest) -> HttpResponse:
    """This will list what is owed on a day by its age, and what waits for a second person."""
    today = gather.local_day(request.at)
    form = DayForm(request.GET or None)
    on = (form.cleaned_data["on"] if form.is_valid() else None) or today
    rows = aged(request.actor, request.at, on)
    if request.GET.get("format") == "csv":
        return DEBTS.export(request, rows)
    unit = funder.current().unit
    of_unit = rows.filter(unit=unit)
    counts = counting.added({code: of_unit.filter(age=code) for code in AGES}, sums=dict.fromkeys(AGES, "open_cents"))
    visible = Case.objects.filter(access.visible_submitted(request.actor, request.at, "read_money"))
    context = {
        "title": _("What is owed to us"),
        "tab": "debts",
        "tabs": tabs(),
        "form": form,
        "on": on,
        "is_today": on == today,
        "tiles": [(_(AGES[code]), words.amount_in_short(counts[code][1], unit), words.count(counts[code][0])) for code in AGES],
        "waiting": _waiting(visible),
        "held": list(recovering.held_to_repay().filter(receivable__case__in=visible)[:MOST]),
    }
    return DEBTS.answer(request, rows, "finance_desk/debts.html", context)


def _waiting(visible: QuerySet[Case]) -> list[dict[str, Any]]:
    """This will list the debts and set-offs that wait for a second person, by one question, the longest waiting first."""
    raised = Receivable.objects.filter(case__in=visible, state=Receivable.State.RAISED)
    wishes = SetOff.objects.filter(state=SetOff.State.PROPOSED, receivable__case__in=visible, release__case__in=visible)
    wishes = wishes.filter(release__unpaid__isnull=False)
    debts = raised.values_list("case__reference", "number", "ground", "amount_cents", "unit", "raised_at")
    of_debt = ("receivable__case__reference", "receivable__number", Value(""), "amount_cents", "receivable__unit", "proposed_at")
    rows = debts.union(wishes.values_list(*of_debt), all=True).order_by("raised_at")[:MOST]
    grounds = {"": _("Set-off"), **{code: str(text) for code, text in Receivable.Ground.choices}}
    return [
        {"reference": of, "number": debt, "what": grounds[why], "cents": cents, "unit": unit} for of, debt, why, cents, unit, _at in rows
    ]


@entry(power=READERS)
def revenue(request: HttpRequest) -> HttpResponse:
    """This will list the years of revenue that are overdue to be declared, and the declared shares nobody has asked for yet."""
    today, visible = gather.local_day(request.at), access.visible_submitted(request.actor, request.at, "read_money")
    asked_for = Receivable.objects.filter(declaration__isnull=False).exclude(state=Receivable.State.WITHDRAWN)
    declared = RevenueDeclaration.objects.filter(case__in=Case.objects.filter(visible), share_cents__gt=0)
    declared = declared.exclude(pk__in=asked_for.values("declaration"))
    context = {
        "tabs": tabs(),
        "overdue": overdue(visible, today),
        "declared": list(declared.select_related("case__lead").order_by("declared_at")[:MOST]),
        "may_raise": "finance" in request.actor.powers,
    }
    return render(request, "finance_desk/revenue.html", context)


def overdue(visible: Any, today: date) -> list[dict[str, Any]]:
    """This will give the years nobody declared by their day, the longest overdue first: three questions, however many cases."""
    latest = AgreedTerms.objects.filter(case=OuterRef("pk"), from_on__lte=today).order_by("-from_on", "-number")
    ended = Subquery(latest.annotate(ended=KT("data__ends_before")).values("ended")[:1])
    cases = Case.objects.filter(visible, scheme__in=recovering.revenue_schemes(), status__in=("in_force", "closed"), is_test=False)
    held = list(cases.annotate(ended=ended).filter(ended__lt=(today - timedelta(days=365)).isoformat()).select_related("lead")[: 10 * MOST])
    told = set(RevenueDeclaration.objects.filter(case__in=held).values_list("case", "year"))
    found = []
    for case in held:
        ended_on = date.fromisoformat(case.ended)  # type: ignore[attr-defined]  # annotated
        rule = recovering.revenue_rule(case.scheme, ended_on)
        for year in recovery.revenue_years(rule, ended_on) if rule else ():
            if year.declare_by < today and (case.pk, year.number) not in told:
                found.append({"case": case, "year": year})
    return sorted(found, key=lambda one: (one["year"].declare_by, one["case"].pk))[:MOST]
