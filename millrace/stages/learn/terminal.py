"""An answer as a terminal shows it — e.g. `millrace figure approved-by-scheme --as-at 2026-03-31`: a line per group, and the whole."""

import json
from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext as _

from millrace.core.figures.answer import Breakdown
from millrace.stages.learn import queries, telling, wording
from millrace.stages.learn.queries import Given
from millrace.stages.learn.wording import language
from millrace.web import words


def told(name: str, *, as_at: date, as_known: datetime | None, is_json: bool) -> str:
    """This will be what the command line prints: one line per number with its unit, or the JSON that the API gives."""
    known = queries.known_now()
    queries.not_ahead(as_at, known.last)
    given = queries.ask(name, as_at=as_at, seal=queries.seal_as_known(as_known) if as_known else None, known=known)
    if is_json:
        return json.dumps(telling.as_plain(given), ensure_ascii=False, indent=2)
    answer = given.answer
    lines = [f"{given.figure.title.said_in(language())}, as at {answer.speaks_of}, as known at seal {given.seal.number}"]
    if given.version.unit:
        lines.append(f"  {_('Unit:')} {wording.units(given)}")
    for each in answer.breakdowns:
        lines += _breakdown(given, each)
    if not answer.stated and not any(not each.of for each in answer.breakdowns):
        lines.append(_line(given, _("Total"), answer.count, answer.amount_cents))
    lines += [_line(given, f"{_('Total')}: {title}", line.count, line.amount_cents) for title, line in wording.kinds(given)]
    lines += [f"  {title:<62} {number:>29}" for title, number in wording.stated(given)]
    if rounded := wording.rounded_to(given):
        lines.append(f"  {_('Money is rounded to:')} {rounded}")
    if not answer.stated:
        lines.append(f"  {_('In short:')} {' · '.join(f'{tile.label} {tile.value}' for tile in wording.tiles(given))}")
    if answer.source:
        found = " · ".join(filter(None, [answer.source.title.said_in(language()), answer.source.address]))
        lines.append(f"  {found} ({answer.source.quality})")
    return "\n".join(lines)


def _breakdown(given: Given, each: Breakdown) -> Iterator[str]:
    labels = wording.labels(given, each.by, [line.key for line in each.lines])
    for line in each.lines:
        yield _line(given, labels[line.key], line.count, line.amount_cents)
    of = f" ({telling.label(given, 'programme', each.of, language())}, by {each.by}; stated total)" if each.of else ""
    yield _line(given, _("Total") + of, each.count, each.amount_cents)


def _line(given: Given, named: str, count: int, cents: int) -> str:
    amount = words.amount(cents, given.figure.currency) if given.version.has_amount else ""
    return f"  {named:<62} {words.count(count):>8} {amount:>20}".rstrip()
