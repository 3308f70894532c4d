"""What was published, as bulk tables of the Data Package: schemes, their rules, calls, statements, released replies, each day's seal.

For example NIFS, version of 8 January 2024, rule `ceiling`: its words, its clause, where it was read. All as known at one seal.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from millrace.core import cells, open_awards
from millrace.core.figures.stated import Statements
from millrace.core.rules import explain
from millrace.core.rules.rulebook import Scheme
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event, Seal
from millrace.stages.call.models import Call, Extension
from millrace.stages.learn import queries as learn
from millrace.stages.learn.models import ReplyFigure

Columns = tuple[tuple[str, str, str], ...]
Bulk = tuple[str, str, Columns, str, Iterable[list[str]]]
SCHEMES: Columns = (
    ("scheme", "string", "The scheme's code; its page is /schemes/<scheme>/."),
    ("version", "string", "The version of its rules."),
    ("starts_on", "string", "The day the version came into force; a month (2025-06), where the day was not published."),
    ("is_start_published", "boolean", "Whether that day was published; if not, it is illustrative."),
    ("fund", "string", "The fund that pays."),
    ("unit", "string", "What it grants: a currency (ISO 4217), or hours."),
    ("title", "string", "Its title in English."),
    ("title_zh_hant", "string", "The same in Traditional Chinese."),
    ("title_zh_hans", "string", "The same in Simplified Chinese."),
    ("sha256", "string", "The hash of the version's text, which never changes."),
)
RULES: Columns = (
    ("scheme", "string", "The scheme's code."),
    ("version", "string", "The version of its rules."),
    ("rule", "string", "The rule's name within the scheme."),
    ("kind", "string", "What it does: ratio, ceiling, requirement …"),
    ("starts_on", "string", "The day it came into force, or the month."),
    ("statement", "string", "The rule in words."),
    ("clause", "string", "Where in its source it stands."),
    ("is_published", "boolean", "Whether it was published; if not, it is illustrative."),
    ("source", "string", "Where it was published."),
)
CALLS: Columns = (
    ("scheme", "string", "The scheme's code."),
    ("call", "string", "The call's name within the scheme; all-year for one that is always open."),
    ("opens_at", "datetime", "The first moment applications are taken."),
    ("closes_at", "datetime", "The first moment that is too late; empty for a call that does not close."),
)
STATEMENTS: Columns = (
    ("series", "string", "The collection of statements."),
    ("as_at", "date", "The day it speaks of."),
    ("is_day_about", "boolean", "Whether only the month or the year is known."),
    ("table_version", "integer", "A correction is the same day and source again with a higher version."),
    ("source_id", "string", "The source's name within the series."),
    ("measure", "string", "What is stated."),
    ("part", "string", "The group it is stated of; - for all."),
    ("number", "number", "As stated, where it is not money."),
    ("put_as", "string", "over, about or nearly, where not given exactly."),
    ("amount", "number", "As stated, in whole units of the currency."),
    ("currency", "string", "ISO 4217."),
    ("quality", "string", "primary, news or secondary."),
    ("source", "string", "Where it was published."),
)
REPLIES: Columns = (
    ("reply", "integer", "The reply's number; its page is /replies/<reply>/."),
    ("number", "integer", "The figure's place in it; its page is /replies/<reply>/figures/<number>/."),
    ("released_on", "date", "The day the reply was released."),
    ("figure", "string", "The figure given."),
    ("definition", "string", "The version of its definition."),
    ("as_at", "date", "The day asked about."),
    ("seal", "integer", "The seal it rests on."),
    ("said", "string", "The number as it was put in English."),
    ("sha256", "string", "The hash of the answer as everyone may read it."),
)
SEALS: Columns = (
    ("day", "date", "The day, in the funder's zone."),
    ("seal", "integer", "The number of its last seal."),
    ("chain", "string", "The hash chained up to it, which stands for all that was known."),
)


def tables(on: date, seal: Seal) -> Iterator[Bulk]:
    """This will give each table: its name, title, columns, key and rows of cells."""
    schemes = policy.published_schemes(seal.sealed_at)
    yield "schemes", "Schemes and their versions", SCHEMES, "scheme version", _schemes(schemes)
    yield "rules", "Rules of every version", RULES, "scheme version rule", _rules(schemes)
    yield "calls", "Calls for applications", CALLS, "scheme call", _calls(seal)
    key = "series as_at table_version source_id measure part"
    yield "statements", "Published statements", STATEMENTS, key, _statements(seal)
    yield "replies", "Figures of released replies", REPLIES, "reply number", _replies(seal)
    yield "seals", "Each day's last seal", SEALS, "day", _seals(on, seal)


def _schemes(schemes: list[Scheme]) -> Iterator[list[str]]:
    for scheme in schemes:
        for one in scheme.versions:
            titles = [cells.safe(one.title.said_in(language)) for language in ("en", "zh_hant", "zh_hans")]
            told = [str(one.starts), "true" if one.is_start_published else "false"]
            yield [scheme.slug, one.id, *told, one.fund, one.unit or one.currency, *titles, one.sha256]


def _rules(schemes: list[Scheme]) -> Iterator[list[str]]:
    for scheme in schemes:
        for version in scheme.versions:
            for rule in version.rules:
                source = version.sources.get(rule.source)
                said = [cells.safe(explain.statement(rule, version, "en")), cells.safe(rule.clause)]
                where = [scheme.slug, version.id, rule.id, rule.kind, str(rule.starts)]
                yield [*where, *said, "true" if rule.is_published else "false", source.url if source else ""]


def _calls(seal: Seal) -> Iterator[list[str]]:
    """As known at the seal: a closing moment extended since is told as it was."""
    later: dict[int, datetime] = {}
    for extension in Extension.objects.filter(extended_at__gt=seal.sealed_at).order_by("-extended_at"):
        later[extension.call_id] = extension.closed_at_before
    for call in Call.objects.filter(announced_by__published_at__lte=seal.sealed_at).order_by("scheme", "code"):
        closes_at = later.get(call.pk, call.closes_at)
        yield [call.scheme, call.code, _moment(call.opens_at), _moment(closes_at) if closes_at else ""]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _statements(seal: Seal) -> Iterator[list[str]]:
    for name, read in sorted(learn.Known(seal).series.items()):
        if not isinstance(read, Statements):
            continue
        for table in read.tables:
            about = [name, table.as_at.isoformat(), "true" if table.is_day_about else "false", str(table.version), table.source.id]
            for each in table.values:
                is_money = read.measures[each.measure].unit == "money"
                amount = str(open_awards.major(int(each.number), read.currency)) if is_money else ""
                told = ["" if is_money else f"{each.number:f}", each.qualifier, amount, read.currency if is_money else ""]
                yield [*about, each.measure, each.group or "-", *told, table.source.quality, table.source.address]


def _replies(seal: Seal) -> Iterator[list[str]]:
    released = Event.objects.filter(kind="reply_released", seal__number__lte=seal.number)
    days = {event.facts["reply"]: event.happened_on for event in released}
    for each in ReplyFigure.objects.filter(reply__in=days).order_by("reply", "number"):
        said = [cells.safe(each.said.get("en", "")), each.sha256]
        asked = [each.figure, each.version, each.as_at.isoformat(), str(each.seal)]
        yield [str(each.reply_id), str(each.number), days[each.reply_id].isoformat(), *asked, *said]


def _seals(on: date, seal: Seal) -> Iterator[list[str]]:
    last_day = min(on, policy.funder().day_of(seal.sealed_at))
    for day, number, chain in sorted(sealer.daily_hashes(zone=policy.zone().key, until=last_day)):
        # Later seals of the last day were not known yet.
        known = (number, chain) if number <= seal.number else (seal.number, bytes(seal.chain))
        yield [day.isoformat(), str(known[0]), known[1].hex()]
