"""Lists of facts, answers, sums and links as HTML — e.g. the forty answers of a NIFS application on the page where it is signed.

Drawn here and not by templates: these are the longest parts of the busiest pages, and a template costs ten times as much a cell.
Whatever stands in them is escaped.
"""

import functools
import html
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

NOTHING = "—"
CHANGE = '<dd class="change"><a href="{}">{}<span class="away"> {}</span></a></dd>'
HEADING, NUMBERS = '<th scope="col">{}</th>', '<th scope="col" class="num">{}</th>'


def _safe(text: Any) -> str:
    """This will escape a text unless it is HTML already: Django's own rule, without its care for texts translated later."""
    return str(text) if hasattr(text, "__html__") else html.escape(str(text))


def summary_list(rows: Sequence[Any]) -> SafeString:
    """This will draw facts in two columns; a row is (label, value) or {"label", "value", "change", "hidden"}."""
    drawn = []
    for each in rows:
        row = each if isinstance(each, Mapping) else {"label": each[0], "value": each[1]}
        value = NOTHING if row["value"] is None else row["value"]
        drawn.append(_row(row["label"], _safe(value), row.get("change") or "", row.get("hidden") or row["label"]))
    return mark_safe(f'<dl class="summary">{"".join(drawn)}</dl>')


def answers(rows: Sequence[Mapping[str, Any]], change: str) -> SafeString:
    """This will draw answers in words, lines as tables; `change` is the address of the section they may be changed in, or empty."""
    drawn = []
    for row in rows:
        table = row.get("table")
        value = _table(row["label"], table["columns"], table["rows"]) if table else _lines(row.get("value") or NOTHING)
        drawn.append(_row(row["label"], value, f"{change}#id_{row['id']}_field" if change else "", row["label"]))
    return mark_safe(f'<dl class="summary">{"".join(drawn)}</dl>')


def _lines(text: str) -> str:
    return "<br>".join(_safe(line) for line in str(text).splitlines())


def _row(label: str, value: str, change: str, what: str) -> str:
    link = CHANGE.format(_safe(change), _safe(_("Change")), _safe(what)) if change else ""
    return f"\n<div><dt>{_safe(label)}</dt><dd>{value}</dd>{link}</div>"


def _table(label: str, columns: Sequence[Any], rows: Sequence[Sequence[str]]) -> str:
    head = "".join((NUMBERS if column.is_number else HEADING).format(_safe(column.label)) for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'{_region(label)}<table class="cards-on-phone"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _region(label: str) -> str:
    """What scrolls sideways can be reached by the keyboard, and has a name."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{_safe(label)}">'


def arithmetic(lines: Sequence[Any], caption: str) -> SafeString:
    """This will draw how an amount was reached; a line is {"op", "label", "amount", "note", "total"} or (op, label, amount)."""
    drawn = []
    for each in lines:
        line = each if isinstance(each, Mapping) else {"op": each[0], "label": each[1], "amount": each[2]}
        total = ' class="total"' if line.get("total") or line.get("op") == "=" else ""
        note = format_html('<br><span class="soft small">{}</span>', line["note"]) if line.get("note") else ""
        op, label, amount = (_safe(line[name]) for name in ("op", "label", "amount"))
        drawn.append(f'\n<tr{total}><td class="op">{op}</td><th scope="row">{label}{note}</th><td class="num">{amount}</td></tr>')
    title = format_html("<caption>{}</caption>", caption) if caption else ""
    return mark_safe(f'{_region(caption or _("The arithmetic"))}<table class="sum">{title}<tbody>{"".join(drawn)}</tbody></table></div>')


def verdicts(findings: Sequence[Mapping[str, Any]]) -> SafeString:
    """This will draw what each rule said: `outcome` (pass, fail, or anything else: not yet known), `rule`, and where there are any
    `required`, `found`, `clause`, `clause_url`, `would_change`."""
    badges = {
        "pass": f'<span class="tag good">{_safe(_("Met"))}</span>',
        "fail": f'<span class="tag bad">{_safe(_("Not met"))}</span>',
        "": f'<span class="tag warn">{_safe(_("Not yet known"))}</span>',
    }
    names = {"required": _safe(pgettext("rule", "Required")), "found": _safe(pgettext("rule", "Found"))}
    change = _safe(_("What would change it:"))
    drawn = []
    for one in findings:
        told = "".join(f"<dt>{name}</dt><dd>{_safe(one[key])}</dd>" for key, name in names.items() if one.get(key))
        remedy = f'\n<p><span class="soft">{change}</span> {_safe(one["would_change"])}</p>' if one.get("would_change") else ""
        clause = _safe(one.get("clause") or "")
        if clause and one.get("clause_url"):
            clause = f'<a href="{_safe(one["clause_url"])}">{clause}</a>'
        source = f'\n<p class="small soft">{clause}</p>' if clause else ""
        rule = f"<p><strong>{_safe(one['rule'])}</strong> {badges.get(one['outcome'], badges[''])}</p>"
        listed = f"\n<dl>{told}</dl>" if told else ""
        drawn.append(f'\n<li class="verdict {one["outcome"]}">{rule}{listed}{remedy}{source}</li>')
    return mark_safe(f'<ul class="verdicts">{"".join(drawn)}</ul>')


@functools.lru_cache(maxsize=500)
def links(items: tuple[Any, ...]) -> SafeString:
    """This will draw the links of a page's frame; an item has `url`, `title`, and whether it `is_current`."""
    current = {True: ' aria-current="page"', False: ""}
    return mark_safe("".join(f'<li><a href="{_safe(i.url)}"{current[i.is_current]}>{_safe(i.title)}</a></li>' for i in items))


@functools.cache
def languages(known: tuple[tuple[str, str, str], ...], current: str) -> SafeString:
    """This will draw a button for each language: (code, its own name, its tag)."""
    marked = ' aria-current="true"'
    return mark_safe(
        "".join(
            f'\n<li><button class="plain" name="language" value="{code}" lang="{tag}"{marked if code == current else ""}>'
            f"{_safe(name)}</button></li>"
            for code, name, tag in known
        )
    )
