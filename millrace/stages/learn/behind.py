"""The cases behind a figure, and which of them changed its answer between two seals — for those who may see them.

A count given in April that is two lower in May is explained case by case: which left it, and the events that made it so.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.figures.definition import FromSheet
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.sheet import queries as sheet
from millrace.registers.sheet.models import Row
from millrace.registers.timeline.models import Event
from millrace.stages.learn import counting, forms, queries, wording
from millrace.stages.learn.queries import Given
from millrace.web import access, funder, sentences
from millrace.web.access import entry
from millrace.web.tables import Column, Listing

READERS = ("policy", "authority", "officer", "finance", "auditor")
# Changes shown on one page; a figure whose answer moved by more is better read from the list of its cases at each seal.
SHOWN = 200


@dataclass(frozen=True)
class Part:
    """What one case brought to an answer: its group, its money, and itself or what it has of the measure added up."""

    group: str
    number: int
    amount_cents: int


@dataclass(frozen=True)
class Changed:
    """One case whose part changed, and the events sealed in between that said so."""

    reference: str
    before: Part | None
    after: Part | None
    events: list[Event]


def rows_behind(given: Given) -> QuerySet[Row]:
    """This will pick the rows of the sheet that an answer counted; a figure read from a publication has none."""
    reads = given.version.reads
    if not isinstance(reads, FromSheet):
        raise Refusal.not_found()
    return counting.met(reads, sheet.rows_as_at(given.answer.as_at, given.seal.number), given.answer.as_at)


def _parts(reads: FromSheet, rows: QuerySet[Row], as_at: date) -> QuerySet[Row, Any]:
    """This will ask what each case brings on a day: its group, its number and its money."""
    cents, number = F(reads.amount) if reads.amount else Value(0), counting.measured(reads) if reads.adds_up else Value(1)
    return counting.met(reads, rows.filter(sheet.on_day(as_at)), as_at).order_by().values_list("case_id", reads.group_by, number, cents)


def _read(parts: QuerySet[Row, Any]) -> dict[int, Part]:
    return {case: Part(group or "", added or 0, money) for case, group, added, money in parts}


def _moved(was: QuerySet[Row, Any], now: QuerySet[Row, Any]) -> RawSQL:
    """This will be the question for the cases whose parts differ: of thousands told of in between, only these are read."""
    (left, values), (right, more) = (rows.query.sql_with_params() for rows in (was, now))
    return RawSQL(
        f"SELECT coalesce(was.pk, now.pk) FROM ({left}) AS was (pk, part, number, cents) "  # noqa: S608  # Django's own text, its values apart
        f"FULL JOIN ({right}) AS now (pk, part, number, cents) ON was.pk = now.pk WHERE was.pk IS NULL OR now.pk IS NULL "
        "OR coalesce(was.part::text, '') <> coalesce(now.part::text, '') OR coalesce(was.number, 0) <> coalesce(now.number, 0) "
        "OR was.cents <> now.cents",
        [*values, *more],
    )


def changed(before: Given, after: Given, visible: Q) -> tuple[list[Changed], bool]:
    """This will list the visible cases whose part differs between two answers of one figure for one day, each with the events between
    their seals that set a column the figure reads; and whether there are more than are shown.

    A case's part changed only if its row of that day closed in between and another opened, so what is asked grows with what was
    sealed in between, not with all cases.
    """
    reads, as_at = before.version.reads, before.answer.as_at
    if not isinstance(reads, FromSheet) or reads != after.version.reads:
        return [], False
    first, last = before.seal.number, after.seal.number
    closed = Row.objects.filter(known_from__lte=first, known_before__gt=first, known_before__lte=last)
    opened = Row.objects.filter(known_from__gt=first, known_from__lte=last).exclude(known_before__lte=last)
    moved = _moved(_parts(reads, closed, as_at), _parts(reads, opened, as_at))
    seen = list(Case.objects.filter(visible, pk__in=moved).order_by("reference").values_list("pk", "reference")[: SHOWN + 1])
    shown = dict(seen[:SHOWN])
    was, now = (_read(_parts(reads, rows.filter(case__in=shown), as_at)) for rows in (closed, opened))
    events: dict[int, list[Event]] = {case: [] for case in shown}
    between = Event.objects.filter(seal__number__gt=first, seal__number__lte=last, case__in=shown)
    for event in between.filter(sheet__has_any_keys=list(reads.columns)).order_by("seal__number"):
        events[event.case_id].append(event)
    return [Changed(shown[case], was.get(case), now.get(case), found) for case, found in events.items()], len(seen) > SHOWN


def told(request: HttpRequest, before: Given, after: Given, labels: Any) -> dict[str, Any] | None:
    """This will lay out what changed, case by case, for a reader with a power over cases; None for everyone else."""
    if not request.actor.powers & set(READERS):
        return None
    zone = funder.current().zone
    found, is_cut = changed(before, after, access.visible(request.actor, request.user.pk, request.at))
    named = labels({part.group for each in found for part in (each.before, each.after) if part})
    rows = [
        {
            "reference": each.reference,
            "before": each.before and {"group": named[each.before.group], "part": each.before},
            "after": each.after and {"group": named[each.after.group], "part": each.after},
            "why": [(sentences.sentence(event, zone), event.recorded_at) for event in each.events],
        }
        for each in found
    ]
    return {"rows": rows, "is_cut": is_cut, "adds_up": isinstance(before.version.reads, FromSheet) and before.version.reads.adds_up}


def _listing(given: Given) -> Listing:
    reads = given.version.reads
    assert isinstance(reads, FromSheet)
    columns = [
        Column("reference", word("Reference"), "case__reference", is_sortable=True, url="/cases/{}/", url_field="case__reference"),
        Column("scheme", word("Scheme"), "scheme", "scheme"),
        Column("status", word("Status"), "status", "status"),
    ]
    if reads.group_by not in ("scheme", "status"):
        columns.append(Column("group", word("Group"), reads.group_by))
    if reads.amount:
        columns.append(Column("amount", word("Amount"), reads.amount, "money", is_sortable=True, unit_field="unit"))
    if reads.adds_up:
        columns.append(Column("number", word("Count"), f"measures__{reads.adds_up}", "count"))
    return Listing(page=f"figure-{given.figure.name}", caption=word("Cases behind this figure"), columns=tuple(columns))


@entry(power=READERS)
def cases(request: HttpRequest, name: str) -> HttpResponse:
    """This will list the cases an answer counted, as known at its seal, without those the reader may not see."""
    asked = forms.QuestionForm(request.GET)
    if not asked.is_valid() or not asked.cleaned_data["as_at"] or not asked.cleaned_data["seal"]:
        raise Refusal.not_found()
    given = queries.ask(name, as_at=asked.cleaned_data["as_at"], seal=queries.seal_numbered(asked.cleaned_data["seal"]))
    visible = Case.objects.filter(access.visible(request.actor, request.user.pk, request.at))
    rows = rows_behind(given).filter(case__in=visible.values("pk"))
    context = {
        "given": given,
        "title": given.figure.title.said_in(wording.language()),
        "crumbs": [(_("Figures"), "/figures/"), (given.figure.title.said_in(wording.language()), f"/figures/{name}/")],
    }
    return _listing(given).answer(request, rows, "learn/behind.html", context)
