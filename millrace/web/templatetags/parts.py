"""The parts pages are made of, as template tags — e.g. {% tag case.status %} or {{ award.amount_cents|money }}.

Filters write amounts, days and moments in words; tags draw one part each from `web/parts/`.
"""

import functools
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.templatetags.static import static
from django.utils import translation
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from millrace.core.figures.rounding import ToldIn
from millrace.web import funder, navigation, statuses, summaries, words

register = template.Library()
FRAME = ("web/mark.svg", "web/millrace.css", "django_htmx/htmx-2.min.js", "web/millrace.js")


@register.filter
def money(units: int | None, unit: str = "") -> str:
    """Minor units in full: 123450 → HK$1,234.50; nothing for nothing."""
    return "" if units is None else words.amount(int(units), unit)


@register.filter
def money_short(units: int | None, unit: str = "") -> str:
    """Minor units in short: HK$1,212.8m."""
    return "" if units is None else words.amount_in_short(int(units), unit)


@register.filter
def money_told(units: int | None, told_in: ToldIn) -> str:
    """Minor units as a figure's definition rounds them: HK$1,212.8m."""
    return "" if units is None else words.amount_in_short(int(units), told_in.currency, told_in.rounding)


@register.filter
def day(value: date | None) -> str:
    """A day in full."""
    return words.day(value)


@register.filter
def start(text: str) -> str:
    """A day or a month, from the text a policy keeps it as."""
    return words.start(text)


@register.filter
def moment(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """A moment in the funder's zone, the zone named."""
    return words.moment(value, zone or funder.current().zone)


@register.filter
def count(value: int | None) -> str:
    """A count with thousands marked."""
    return "" if value is None else words.count(value)


@register.filter
def percent(per_mille: float | None) -> str:
    """Thousandths as a percentage."""
    return "" if per_mille is None else words.percent(per_mille)


@register.filter
def status_words(code: str) -> str:
    """A status in the reader's language."""
    return statuses.in_words(code)


@register.filter
def in_language(texts: dict[str, str] | str | None) -> str:
    """The reader's language out of {"en": …, "zh_hant": …, "zh_hans": …}, English where the other is missing."""
    if not isinstance(texts, dict):
        return texts or ""
    return texts.get((translation.get_language() or "en").replace("-", "_")) or texts.get("en", "")


@register.simple_tag
def words_of(label: str) -> str:
    """The label of a choice in the reader's language: {% words_of row.get_power_display %}."""
    return translation.gettext(label) if label else ""


@register.simple_tag
def tag(code: str, text: str = "", tone: str = "") -> SafeString:
    """A badge: {% tag case.status %} or {% tag "x" text=words tone="warn" %}."""
    return format_html('<span class="tag {}">{}</span>', tone or statuses.tone(code), text or statuses.in_words(code))


@register.simple_block_tag
def notice(content: str, tone: str = "info") -> SafeString:
    """A marked passage: {% notice "warn" %}…{% endnotice %}; a refusal ("bad") is announced to screen readers."""
    role = mark_safe(' role="alert"') if tone == "bad" else ""
    return format_html('<div class="notice {}"{}>{}</div>', tone, role, mark_safe(content))


@register.simple_tag
def error_summary(*forms: BaseForm | None) -> SafeString | str:
    """The list of what is wrong, each line leading to its field; nothing when nothing is wrong."""
    wrong = [line for form in forms if form is not None and form.is_bound for line in errors_of(form)]
    return summary_of_errors(wrong)


def errors_of(form: BaseForm) -> Iterable[tuple[str, str]]:
    """Each error of a form with the id of the input to go to ("" for the form as a whole)."""
    for name, messages in form.errors.items():
        if name == "__all__":
            yield from (("", message) for message in messages)
            continue
        bound = form[name]
        one = bound.auto_id + ("_0" if bound.use_fieldset else "")
        found = getattr(bound.field.widget, "error_targets", None)
        targets = found(bound) if found else [one] * len(messages)
        yield from zip(targets, messages, strict=False)


def summary_of_errors(wrong: Sequence[tuple[str, str]]) -> SafeString | str:
    """The error summary for (input id, sentence) pairs."""
    if not wrong:
        return ""
    lines = format_html_join(
        "", "<li>{}</li>", ((format_html('<a href="#{}">{}</a>', target, text) if target else text,) for target, text in wrong)
    )
    return format_html(
        '<div class="error-summary" role="alert" tabindex="-1"><h2>{}</h2><ul>{}</ul></div>',
        translation.gettext("There is a problem"),
        lines,
    )


@register.simple_tag
def links(items: Iterable[navigation.Item]) -> SafeString:
    """The links of the page's frame, the current one marked."""
    return summaries.links(tuple(items))


@functools.cache
def _address(file: str) -> str:
    return escape(static(file))


@register.simple_tag
def mark() -> SafeString:
    """The mark's address."""
    return mark_safe(_address(FRAME[0]))


@register.simple_tag
def frame_files(nonce: str) -> SafeString:
    """What the head of every page loads: the mark, the stylesheet, and two scripts under this answer's nonce."""
    mark, styles, *scripts = (_address(file) for file in FRAME)
    drawn = [f'<link rel="icon" href="{mark}" type="image/svg+xml">', f'<link rel="stylesheet" href="{styles}">']
    return mark_safe("\n".join([*drawn, *(f'<script src="{script}" defer nonce="{nonce}"></script>' for script in scripts)]))


@register.simple_tag
def languages() -> SafeString:
    """A button for each language, the page's own marked."""
    return summaries.languages(_languages(), translation.get_language() or "en")


@functools.cache
def _languages() -> tuple[tuple[str, str, str], ...]:
    return tuple((code, name, words.tag(code)) for code, name in settings.LANGUAGES)


@register.simple_tag
def summary_list(rows: Sequence[Any]) -> SafeString:
    """Facts in two columns; a row is (label, value) or {"label", "value", "change", "hidden"}."""
    return summaries.summary_list(rows)


@register.simple_tag
def answers(rows: Sequence[dict[str, Any]], change: str = "") -> SafeString:
    """Questions with their answers in words; each has a link to change it when `change` is its section's address."""
    return summaries.answers(rows, change)


@register.inclusion_tag("web/parts/task_list.html")
def task_list(tasks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is to be done; a task is {"title", "url", "status", "help"}."""
    return {"tasks": tasks}


@register.inclusion_tag("web/parts/history.html")
def history(entries: Sequence[Any]) -> dict[str, Any]:
    """What happened, newest first; an entry has `at` (moment) or `on` (day), `sentence`, and perhaps `by` and `note`."""
    return {"entries": entries}


@register.inclusion_tag("web/parts/tiles.html")
def tiles(items: Sequence[Any]) -> dict[str, Any]:
    """A few large figures; an item is (label, figure) or (label, figure, note)."""
    return {"items": [{"label": item[0], "figure": item[1], "note": item[2] if len(item) > 2 else ""} for item in items]}


@register.inclusion_tag("web/parts/steps.html")
def steps(items: Sequence[Any], current: int | str) -> dict[str, Any]:
    """How far along: names in order and the current one, by number from 1 or by name."""
    names = list(items)
    at = names.index(current) if current in names else int(current) - 1 if str(current).isdigit() else -1
    return {"steps": [{"name": name, "state": "done" if i < at else "now" if i == at else ""} for i, name in enumerate(names)]}


@register.inclusion_tag("web/parts/tabs.html")
def tabs(items: Sequence[Any], current: str, label: str = "") -> dict[str, Any]:
    """Pages side by side; an item is (key, title, address) or (key, title, address, count)."""
    return {
        "tabs": [{"key": i[0], "title": i[1], "url": i[2], "count": i[3] if len(i) > 3 else None} for i in items],
        "current": current,
        "label": label,
    }


@register.simple_tag
def arithmetic(lines: Sequence[Any], caption: str = "") -> SafeString:
    """How an amount was reached; a line is {"op", "label", "amount", "note", "total"} or (op, label, amount)."""
    return summaries.arithmetic(lines, caption)


@register.simple_tag
def verdicts(findings: Sequence[Any]) -> SafeString:
    """What each rule said: `outcome` (pass, fail, unknown), `rule`, `required`, `found`, `clause`, `clause_url`, `would_change`."""
    return summaries.verdicts(findings)


@register.inclusion_tag("web/parts/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """An empty place that says why it is empty and what to do."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.simple_tag
def command() -> SafeString:
    """The hidden mark by which a form sent twice acts once."""
    return format_html('<input type="hidden" name="command" value="{}">', uuid.uuid4())
