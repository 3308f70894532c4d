"""The public pages of figures — e.g. /figures/mainland-collaboration-approved/?as-at=2024-01-31.

Anyone may ask any figure for any day, as known at any moment; the answer shows its definition, source, seal and what changed since.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.figures.answer import Breakdown
from millrace.core.figures.definition import Figure, FromSheet
from millrace.core.refusal import Refusal
from millrace.stages.learn import actions, behind, forms, open_data, queries, sectors, telling, wording
from millrace.stages.learn.queries import Given, Known
from millrace.stages.learn.wording import language
from millrace.web import clock, errors, funder
from millrace.web.access import entry

QUALITY = {"primary": word("Primary source"), "news": word("News report"), "secondary": word("Secondary source")}
BY = {
    "programme": word("By programme"),
    "sector": word("By sector"),
    "scheme": word("By scheme"),
    "lead_place": word("By place of the lead applicant"),
    "status": word("By status"),
    "stream": word("By stream"),
}
WIDEST = 320


@dataclass(frozen=True)
class Bar:
    """One line of a breakdown, with the length of its bar in the drawing."""

    label: str
    count: int
    amount_cents: int
    length: int
    y: int


@entry("public")
def figures(request: HttpRequest) -> HttpResponse:
    """This will list the figures that are published, each with what it says today."""
    today, spoken = _today(), language()
    try:
        known = queries.known_now()
    except Refusal:
        return render(request, "learn/figures.html", {"parts": [], "today": today})
    rows = []
    for name, figure in sorted(known.figures.items()):
        given = _given_or_none(name, today, known, is_staff=is_staff(request))
        question, title = figure.question.said_in(spoken), figure.title.said_in(spoken)
        tiles = wording.tiles(given) if given else []
        rows.append({"name": name, "title": title, "question": question, "tiles": tiles, "given": given})
    parts = [
        (_("Counted over the cases of this system"), [row for row in rows if _is_own(known.figures[row["name"]])]),
        (_("As published by the authorities"), [row for row in rows if not _is_own(known.figures[row["name"]])]),
    ]
    return render(request, "learn/figures.html", {"parts": [part for part in parts if part[1]], "today": today, "seal": known.last})


def _is_own(figure: Figure) -> bool:
    return isinstance(figure.versions[-1].reads, FromSheet)


@entry("public")
def figure(request: HttpRequest, name: str) -> HttpResponse:
    """This will answer one figure for the day and moment asked, or say in words why it cannot."""
    form = forms.QuestionForm(request.GET or None)
    if not is_staff(request):
        del form.fields["by"]
    known = queries.known_now()
    published = known.figures.get(name)
    if published is None:
        raise queries.no_such_figure(name, known)
    context = {
        "form": form,
        "name": name,
        "title": published.title.said_in(language()),
        "question": published.question.said_in(language()),
        "crumbs": [(_("Figures"), "/figures/")],
        "today": _today(),
    }
    if form.is_bound and not form.is_valid():
        return render(request, "learn/figure.html", context, status=422)
    asked = form.cleaned_data if form.is_bound else {}
    try:
        given = _ask(name, asked, known)
    except Refusal as refused:
        if refused.status == 404:
            raise
        return render(request, "learn/figure.html", context | {"refused": errors.in_words(refused)}, status=refused.status)
    if not is_staff(request):
        given = queries.told_to_everyone(given)
    if request.GET.get("format") == "csv":
        return _table(given)
    return render(request, "learn/figure.html", context | _answer(request, given, asked, known) | _as_staff(request, given, asked))


def _table(given: Given) -> HttpResponse:
    """This will give what the page shows as a file: the same numbers withheld, each row with definition, day and seal."""
    rows = open_data.rows_of(given, open_data.Written(), given.answer.breakdowns)
    name = f"{given.figure.name}-{given.answer.as_at}-seal-{given.seal.number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    lines = open_data.lines(rows, [column for column, _kind, _said in open_data.FIGURES_TABLE])
    return HttpResponse("".join(lines), content_type="text/csv; charset=utf-8", headers=headers)


def _ask(name: str, asked: dict[str, Any], known: Known) -> Given:
    seal = None
    if asked.get("seal"):
        seal = queries.seal_numbered(asked["seal"])
    elif asked.get("as_known"):
        seal = queries.seal_as_known(funder.in_zone(asked["as_known"]))
    as_at = asked.get("as_at") or _today()
    queries.not_ahead(as_at, known.last)
    return queries.ask(name, as_at=as_at, seal=seal, known=known)


def _today() -> date:
    return clock.now().astimezone(funder.current().zone).date()


def _given_or_none(name: str, as_at: date, known: Known, *, is_staff: bool) -> Given | None:
    try:
        given = queries.ask(name, as_at=as_at, known=known)
    except Refusal:
        return None
    return given if is_staff else queries.told_to_everyone(given)


def is_staff(request: HttpRequest) -> bool:
    """The funder's own people are told every number."""
    return bool(request.actor.powers & {"policy", "authority", "officer", "auditor"})


def _answer(request: HttpRequest, given: Given, asked: dict[str, Any], known: Known) -> dict[str, Any]:
    """This will gather what the page shows of an answer."""
    told, spoken = given.answer, language()
    source = told.source
    own = queries.beside(given, known, is_for_everyone=not is_staff(request))
    return {
        "given": given,
        "told": told,
        "tiles": wording.tiles(given),
        "counted": wording.counted(given),
        "units": wording.units(given),
        "rounded_to": wording.rounded_to(given),
        "groups": wording.groups(given),
        "kinds": wording.kinds(given),
        "beside": own and wording.beside(given, own),
        "definition": given.version.definition.said_in(spoken),
        "breakdowns": [_shown(given, each) for each in told.breakdowns if each.lines or each.withheld],
        "across": sectors.across(given),
        "source": source and {"title": source.title.said_in(spoken), "address": source.address, "quality": _(QUALITY[source.quality])},
        "table_note": _table_note(given, spoken),
        "permanent": permanent(given),
        "program": f"/api/v1/figures/{given.figure.name}?{urlencode({'as_at': told.as_at.isoformat(), 'seal': given.seal.number})}",
        "drift": drift(given, request),
        "behind_url": _behind(request, given),
        "is_asked_as_known": bool(asked.get("as_known")),
    }


def permanent(given: Given) -> str:
    """This will be the address under which this answer can be had for ever."""
    named = urlencode({"as-at": given.answer.as_at.isoformat(), "seal": given.seal.number})
    return f"/figures/{given.figure.name}/?{named}"


def _behind(request: HttpRequest, given: Given) -> str:
    """The way to the cases counted, for those who may see cases."""
    if not isinstance(given.version.reads, FromSheet) or not request.actor.powers & set(behind.READERS):
        return ""
    return permanent(given).replace("/?", "/cases/?")


def _as_staff(request: HttpRequest, given: Given, asked: dict[str, Any]) -> dict[str, Any]:
    """For the funder's own people: the answer by another grouping, when the figure was last given, and the way to give it now.

    No one else is given another grouping: what is withheld from one would be told by the next.
    """
    powers = request.actor.powers
    if not is_staff(request):
        return {}
    give = permanent(given).replace("/?", "/give/?") if powers & set(actions.GIVERS) else ""
    told = {"last_given": queries.times_given(given.figure.name).first(), "give_url": give, "is_staff": True}
    reads, by = given.version.reads, asked.get("by")
    if not isinstance(reads, FromSheet):
        return told
    if by and by != reads.group_by:
        other = queries.regrouped(given, by)
        told["other"] = [_shown(other, each) for each in other.answer.breakdowns if each.lines]
    choices = [(column, forms.LABELS[column]) for column in forms.GROUPS if column != reads.group_by]
    return told | {"groupings": choices, "other_by": by}


def _table_note(given: Given, language: str) -> str:
    told = given.answer
    tables = given.series.tables if given.series else ()
    wanted = (told.speaks_of, told.table_version, told.source)
    notes = [table.note.said_in(language) for table in tables if (table.as_at, table.version, table.source) == wanted]
    return notes[0] if notes else ""


def _shown(given: Given, each: Breakdown) -> dict[str, Any]:
    """This will lay out one breakdown as a table and a bar for each line, as long as its money (or its count) is large."""
    by_money = any(line.amount_cents for line in each.lines)
    sizes = [line.amount_cents if by_money else line.count for line in each.lines]
    largest = max(sizes, default=0) or 1
    labels = wording.labels(given, each.by, [*(line.key for line in each.lines), *each.withheld])
    bars = [
        Bar(labels[line.key], line.count, line.amount_cents, max(1, WIDEST * size // largest) if size else 0, 4 + 26 * row)
        for row, (line, size) in enumerate(zip(each.lines, sizes, strict=True))
    ]
    of = telling.label(given, "programme", each.of, language()) if each.of else ""
    return {
        "title": f"{of}: {_(BY[each.by])}" if of else _(BY.get(each.by, each.by)),
        "bars": bars,
        "withheld": [labels[key] for key in each.withheld],
        "below": funder.current().small_below,
        "height": 26 * len(bars),
        "each": each,
        "allowance_cents": each.allowance_cents,
        "differs": not each.withheld and bool(each.difference_cents) and abs(each.difference_cents) <= each.allowance_cents,
        "holds_more": not each.withheld and (abs(each.difference_cents) > each.allowance_cents or each.count != each.lines_count),
        "more_cents": each.difference_cents,
        "more_count": each.count - each.lines_count,
    }


def drift(given: Given, request: HttpRequest) -> dict[str, Any] | None:
    """This will lay out how an answer differs from what is known now; None where it is what is known now."""
    found = queries.drift_since(given, is_for_everyone=not is_staff(request))
    if found is None:
        return None
    now, changes = found
    by = given.answer.breakdowns[0].by if given.answer.breakdowns else ""
    labels = wording.labels(given, by, [each.key for each in changes])
    rows = [{"label": labels[each.key], "each": each} for each in changes]
    by_case = behind.told(request, given, now, lambda keys: wording.labels(given, by, keys))
    shown = {"has_amount": given.version.has_amount, "rows": rows, "by_case": by_case}
    return {"now": wording.in_one_line(now), "seal": now.seal, **shown}
