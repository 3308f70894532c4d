"""List pages: search, filters, order, pages, counts, saved views, and the same rows as CSV or a spreadsheet — e.g. the officer's cases.

A list is declared once as data and answers a request over a queryset that access has already narrowed. It asks the database
for one page of values, one capped count and the saved views: three queries, however long the list is.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

from django.db.models import F, OrderBy, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from millrace.core import cells, money
from millrace.registers.cases import searching
from millrace.registers.people.models import SavedView
from millrace.web import access, counting, funder, list_address, schemes, spreadsheets, statuses, words

PER_PAGE = 50
COUNTED = 1_000
EXPORT_CHUNK = 2_000
FILES = {"csv": "text/csv; charset=utf-8", "xlsx": spreadsheets.CONTENT_TYPE}
NOT_FILTERS = ("page", "sort", "count", "format")
Choices = Callable[[HttpRequest], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Column:
    """One column: a database field and how it is shown (`kind`: text, status, scheme, money, day, moment, count, flag or choice).

    `url` makes a link, its {} filled with the field `url_field`. `note` is a second field shown small below the first, and `former`
    a field of names it had. What they show may stand in the file as a column of its own (`is_in_file_only`). `is_blank_at_zero` is
    for an amount that is nought until there is one: no page says HK$0 was approved where nothing was decided.
    """

    id: str
    title: str
    field: str
    kind: str = "text"
    is_sortable: bool = False
    url: str = ""
    url_field: str = ""
    note: str = ""
    former: str = ""
    unit_field: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    is_in_file_only: bool = False
    is_blank_at_zero: bool = False

    def fields(self) -> list[str]:
        return [name for name in (self.field, self.url_field, self.note, self.former, self.unit_field) if name]

    def html(self, row: Mapping[str, Any]) -> SafeString:
        """This will show a row's value on the page. Written without templates: a page has hundreds of cells."""
        value = row[self.field]
        shown = statuses.badge(value) if self.kind == "status" else escape(self.text(row))
        if self.url and value not in (None, ""):
            # A reference stays on one line; a title, which is words, may break.
            kind = ' class="words"' if self.url_field not in ("", self.field) else ""
            shown = f'<a href="{escape(self.url.format(row[self.url_field or self.field]))}"{kind}>{shown}</a>'
        if self.note and row[self.note]:
            note = row[self.note]
            told = words.day_in_short(note) if isinstance(note, date) else str(note)
            shown = f'{shown}<br><span class="soft small">{escape(told)}</span>'
        if self.former and row[self.former]:
            told = _("formerly %(names)s") % {"names": row[self.former]}
            shown = f'{shown}<br><span class="soft small">{escape(told)}</span>'
        return SafeString(shown)

    def opening(self, *, is_first: bool) -> str:
        """This will open a cell: the first heads its row, the others carry their column's name for narrow screens."""
        if is_first:
            return '<th scope="row">'
        kind = ' class="num"' if self.is_number else ' class="nowrap"' if self.kind == "day" else ""
        return f'<td data-label="{escape(_(self.title))}"{kind}>'

    @property
    def is_number(self) -> bool:
        return self.kind in ("money", "count")

    def text(self, row: Mapping[str, Any]) -> str:
        """This will write a row's value in words."""
        value = row[self.field]
        if value is None or value == "" or (self.is_blank_at_zero and not value):
            return ""
        match self.kind:
            case "money":
                return words.amount(value, row[self.unit_field] if self.unit_field else "")
            case "day":
                # A moment's day is the funder's, not UTC's: received at 01:16 in Hong Kong is received that day.
                return words.day_in_short(value.astimezone(funder.current().zone).date() if isinstance(value, datetime) else value)
            case "moment":
                return words.moment(value, funder.current().zone)
            case "count":
                return words.count(value)
            case "flag":
                return _("Yes") if value else _("No")
            case "status":
                return statuses.in_words(value)
            case "scheme":
                return schemes.short_title(value)
            case "choice":
                return _(self.labels[value]) if value in self.labels else str(value)
        return str(value)

    def raw(self, row: Mapping[str, Any]) -> str:
        """This will write a row's value for programs: ISO days, amounts as decimals, and nothing a spreadsheet would run."""
        value = row[self.field]
        if value is None:
            return ""
        if isinstance(value, datetime | date):
            return value.isoformat()
        if self.kind == "money":
            unit = row[self.unit_field] if self.unit_field else funder.current().unit
            return str(Decimal(value).scaleb(-money.decimals_of(unit))) if unit in money.CURRENCIES else str(value)
        text = str(value)
        return text if self.kind in ("count", "money") else cells.safe(text)


@dataclass(frozen=True)
class Filter:
    """One narrowing: a field and the values offered; where no field holds them, `narrows` says what a choice means."""

    id: str
    title: str
    field: str
    choices: Choices
    narrows: Callable[[Sequence[str]], Q] | None = None


@dataclass
class Page:
    """One page of a list, ready for `web/parts/list.html`."""

    columns: list[dict[str, Any]]
    rows: list[list[SafeString]]
    filters: list[dict[str, Any]]
    views: list[dict[str, Any]]
    search: str
    is_searchable: bool
    is_narrowed: bool
    number: int
    first: int
    last: int
    counted: str
    is_capped: bool
    previous_url: str
    next_url: str
    count_url: str
    export_url: str
    spreadsheet_url: str
    clear_url: str
    page: str
    query: str
    caption: str
    openings: list[str]
    kept: list[tuple[str, str]] = field(default_factory=list)

    @property
    def body(self) -> SafeString:
        """The rows of the table, each cell with its opening."""
        ends = ["</th>", *["</td>"] * (len(self.openings) - 1)]
        lines = ("".join(f"{begin}{cell}{end}" for begin, cell, end in zip(self.openings, row, ends, strict=True)) for row in self.rows)
        return SafeString("".join(f"\n<tr>{line}</tr>" for line in lines))


@dataclass(frozen=True)
class Listing:
    """What a list shows and may be narrowed by. `page` names it for saved views; `order` is the order without a choice.

    With `has_grams` it searches a case's own words: of the rows, or of the case they lead to by `grams_of` ("case__").
    `adds` computes columns for the rows shown, not for those only counted.
    `keeps` names what else stands in the address and stays there — e.g. the day a list speaks of.
    """

    page: str
    caption: str
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    order: str = "-pk"
    search_fields: Sequence[str] = ()
    has_grams: bool = False
    grams_of: str = ""
    per_page: int = PER_PAGE
    keeps: Sequence[str] = ()
    adds: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows

    def answer(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        count: int | None = None,
    ) -> HttpResponse:
        """This will answer with the page, or with the same rows as a file when asked by `?format=csv` or `?format=xlsx`.

        `count` is what is known of the number of `rows` before they are narrowed, as `web/counting.py` counts: a queue's, from its tab.
        """
        if is_file_asked(request):
            return self.export(request, rows)
        return render(request, template, {**(context or {}), "list": self.shown(request, rows, count)})

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """This will apply the search and the filters of the address."""
        rows = self.filtered(request, rows)
        for word in self.words_asked(request):
            rows = rows.filter(self._matching(word))
        return rows

    def filtered(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """This will apply the filters of the address alone."""
        for told in self.filters:
            chosen = [value for value in request.GET.getlist(told.id) if value]
            if chosen:
                rows = rows.filter(told.narrows(chosen) if told.narrows else Q(**{f"{told.field}__in": chosen}))
        return rows

    def words_asked(self, request: HttpRequest) -> list[str]:
        """This will give the words searched for, folded where the list is searched by a case's own words."""
        asked = request.GET.get("q", "")
        return (searching.folded(asked) if self.has_grams else asked.lower()).split()[:8]

    def _found(self, request: HttpRequest, rows: QuerySet[Any], start: int, end: int) -> tuple[int, QuerySet[Any]]:
        """This will count what a search finds, as far as it is shown, and give the rows of one page of it in their order.

        Walking is worth it in the list's own order alone, which has an index: another one would first be sorted whole.
        """
        text, asked = f"{self.grams_of}search_text", self.words_asked(request)
        walk = None if request.GET.get("sort") else self.ordered(request, self.filtered(request, rows))
        keys = counting.walked(walk, text, asked, max(counting.MOST + 1, end)) if walk is not None else None
        if keys is not None:
            count, keys = len(keys), keys[start:end]
        else:
            narrowed = self.ordered(request, self.narrowed(request, rows))
            count, keys = counting.gathered(narrowed, start, end, walk=walk, text=text, words_asked=asked)
        return count, self.values(self.ordered(request, rows.model._default_manager.filter(pk__in=keys)))

    def _matching(self, word: str) -> Q:
        """Two characters are enough for a Chinese word; the index leaves out what cannot hold the word, the text itself decides."""
        if self.has_grams:
            grams = searching.grams_of(word)
            found = Q(**{f"{self.grams_of}search_text__contains": word})
            return found & Q(**{f"{self.grams_of}search_grams__contains": grams}) if grams else found
        either = Q(pk__in=())
        for name in self.search_fields:
            either |= Q(**{f"{name}__icontains": word})
        return either

    def ordered(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """This will order by the chosen column, ties by the row's own number so that pages never overlap."""
        chosen = request.GET.get("sort", "")
        known = {column.id: column for column in self.columns if column.is_sortable}
        if chosen.lstrip("-") in known:
            name = known[chosen.lstrip("-")].field
            return rows.order_by(_by(f"-{name}" if chosen.startswith("-") else name, rows), "pk")
        return rows.order_by(_by(self.order, rows), "pk") if self.order.lstrip("-") != "pk" else rows.order_by(self.order)

    def values(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """This will ask for the fields the columns show, and no others."""
        return self.adds(rows).values("pk", *dict.fromkeys(name for column in self.columns for name in column.fields()))

    def shown(self, request: HttpRequest, rows: QuerySet[Any], count: int | None = None) -> Page:
        """This will make one page of the list."""
        if request.GET.get("count") == "all" or any(request.GET.get(name) for name in ("q", *(told.id for told in self.filters))):
            count = None
        narrowed, number = self.narrowed(request, rows), list_address.page_number(request)
        start = (number - 1) * self.per_page
        end = start + self.per_page + 1
        if self.has_grams and self.words_asked(request) and request.GET.get("count") != "all":
            count, shown = self._found(request, rows, start, end)
        else:
            shown = self.values(self.ordered(request, narrowed))[start:end]
        found = list(shown)
        has_next = len(found) > self.per_page
        found = found[: self.per_page]
        on_page = [column for column in self.columns if not column.is_in_file_only]
        if count is None:
            is_last = not has_next and (found or number == 1) and request.GET.get("count") != "all"
            count = start + len(found) if is_last else self._counted(request, narrowed)
        is_capped = count > COUNTED and request.GET.get("count") != "all"
        return Page(
            columns=[self._head(column, request) for column in on_page],
            rows=[[column.html(row) for column in on_page] for row in found],
            openings=[column.opening(is_first=place == 0) for place, column in enumerate(on_page)],
            filters=[self._filter(told, request) for told in self.filters],
            views=self._views(request),
            search=request.GET.get("q", ""),
            is_searchable=bool(self.search_fields or self.has_grams),
            is_narrowed=any(value for name, value in request.GET.items() if name not in NOT_FILTERS),
            number=number,
            first=start + 1 if found else 0,
            last=start + len(found),
            counted=f"{words.count(COUNTED)}+" if is_capped else words.count(count),
            is_capped=is_capped,
            previous_url=list_address.address(request, page=number - 1) if number > 1 else "",
            next_url=list_address.address(request, page=number + 1) if has_next and number < list_address.DEEPEST_PAGE else "",
            count_url=list_address.address(request, count="all"),
            export_url=list_address.address(request, format="csv", page=None),
            spreadsheet_url=list_address.address(request, format="xlsx", page=None),
            clear_url=request.path,
            page=self.page,
            query=list_address.kept(request).urlencode(),
            caption=_(self.caption),
            kept=[(name, request.GET[name]) for name in self.keeps if request.GET.get(name)],
        )

    def _counted(self, request: HttpRequest, rows: QuerySet[Any]) -> int:
        """How many: exact to 1,000; one more stands for "1,000+", until all are asked for."""
        return (rows.order_by() if request.GET.get("count") == "all" else rows.order_by()[: COUNTED + 1]).count()

    def _head(self, column: Column, request: HttpRequest) -> dict[str, Any]:
        chosen = request.GET.get("sort", "")
        is_up, is_down = chosen == column.id, chosen == f"-{column.id}"
        return {
            "title": _(column.title),
            "is_number": column.is_number,
            "url": list_address.address(request, sort=f"-{column.id}" if is_up else column.id, page=None) if column.is_sortable else "",
            "sorted": "ascending" if is_up else "descending" if is_down else "",
        }

    def _filter(self, told: Filter, request: HttpRequest) -> dict[str, Any]:
        chosen = request.GET.get(told.id, "")
        offered = (
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(str(label))}</option>'
            for value, label in told.choices(request)
        )
        return {"id": told.id, "title": _(told.title), "options": SafeString("".join(offered))}

    def _views(self, request: HttpRequest) -> list[dict[str, Any]]:
        if not request.user.is_authenticated:
            return []
        now = list_address.kept(request).urlencode()
        saved = SavedView.objects.filter(person=request.user, page=self.page).order_by("name")
        return [{"pk": v.pk, "name": v.name, "url": f"{request.path}?{v.query}", "is_current": v.query == now} for v in saved]

    def export(self, request: HttpRequest, rows: QuerySet[Any]) -> StreamingHttpResponse:
        """This will stream every narrowed row as the file asked for."""
        ordered = self.values(self.ordered(request, self.narrowed(request, rows)))
        return streamed(request, self.page, self.columns, lambda: ordered.iterator(chunk_size=EXPORT_CHUNK), caption=_(self.caption))


def is_file_asked(request: HttpRequest) -> bool:
    """This will say whether a list is asked for as a file, and not as a page."""
    return request.GET.get("format") in FILES


def streamed(
    request: HttpRequest, name: str, columns: Sequence[Column], rows: Callable[[], Iterable[Mapping[str, Any]]], *, caption: str
) -> StreamingHttpResponse:
    """This will answer with rows as a CSV file or a spreadsheet, read as they leave, in one read-only transaction of their own."""
    asked = request.GET["format"]
    if asked == "xlsx":
        content = spreadsheets.streamed(columns, caption, request.at, rows, get_language() or "en")
    else:
        content = _lines(columns, [_(column.title) for column in columns], rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{request.at:%Y-%m-%d}.{asked}"'}
    return StreamingHttpResponse(content, content_type=FILES[asked], headers=headers)


def _lines(columns: Sequence[Column], heads: list[str], rows: Callable[[], Iterable[Mapping[str, Any]]]) -> Iterator[bytes]:
    box = io.StringIO()
    writer = csv.writer(box)
    writer.writerow(heads)
    with access.read_only():
        for number, row in enumerate(rows(), start=1):
            writer.writerow([column.raw(row) for column in columns])
            if number % EXPORT_CHUNK == 0:
                yield box.getvalue().encode("utf-8")
                box.seek(0)
                box.truncate()
    yield box.getvalue().encode("utf-8")


def _by(name: str, rows: QuerySet[Any]) -> str | OrderBy:
    """This will put what has no value last either way, as the indexes do: a draft, never received, heads no list of the latest."""
    is_sparse = any(field.name == name[1:] and field.null for field in rows.model._meta.concrete_fields)
    return F(name[1:]).desc(nulls_last=True) if name.startswith("-") and is_sparse else name
