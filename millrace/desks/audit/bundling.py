"""Gathers what an auditor takes away to check elsewhere — e.g. NIFS-7KQ2-M4XD with its seals, rules, verdicts and postings.

What is in a bundle and how it is checked is `core/offline_check.py`, which goes into every bundle as verify.py. Only sealed events are
in it, up to one seal; names, addresses and files are not.
"""

import bisect
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet

from millrace.core import hash_chain, offline_check
from millrace.core.figures.definition import FromSheet
from millrace.core.offline_check import CHAIN, EVENTS, FORMAT, MANIFEST, POSTINGS, TEXTS, VERDICTS
from millrace.registers.cases.models import Case, Verdict
from millrace.registers.ledger import queries as ledger
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Publication
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event, Seal
from millrace.stages.learn import queries as learn
from millrace.web import funder

# Up to so many seals the chain is whole; of a longer one the days are taken on which something of the case was sealed.
WHOLE_CHAIN = 50_000
README = """This is an audit bundle of Millrace: {title}
as known at seal {seal}, stamped {stamp}.

Check it with Python 3.11 or later, without a network:   python verify.py
(or, packed:   python verify.py THE-BUNDLE.zip   with a verify.py you trust, from another bundle or from the source of Millrace).

The chain is only as good as the links it is compared with: the seals under "anchors" in manifest.json must have the hashes that were
published, or written down, for those days.
"""


@dataclass
class _Gathered:
    """The parts of a bundle as they are found."""

    events: dict[int, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    postings: list[dict[str, Any]] = field(default_factory=list)
    balances: dict[str, int] = field(default_factory=dict)

    def take(self, events: QuerySet[Event], seal: Seal) -> None:
        """This will take sealed events by the seal they have, none later than `seal`."""
        rows = events.filter(seal__number__lte=seal.number).values_list("seal__number", "body")
        self.events |= dict(rows)

    def announce(self, file: str, text: str, event: int, seal: Seal, **more: str) -> None:
        """This will take a published text with the event that announced it, in whose facts its hash stands."""
        self.take(Event.objects.filter(pk=event), seal)
        self.texts[f"{TEXTS}/{file}"] = text
        self.told[f"{TEXTS}/{file}"] = {"seal": Seal.objects.get(event_id=event).number, **more}


def of_case(case: Case, seal: Seal) -> bytes:
    """This will bundle one case as known at a seal."""
    found = _Gathered()
    found.take(Event.objects.filter(case=case), seal)
    _post(found, case, seal)
    verdicts = list(Verdict.objects.filter(case=case, recorded_at__lte=seal.sealed_at).order_by("pk").select_related("scheme_version"))
    for row in verdicts:
        found.verdicts.append(
            {"purpose": row.purpose, "judged_on": row.judged_on.isoformat(), "verdict": row.verdict, "sha256": row.sha256}
        )
    for book in {row.scheme_version_id: row.scheme_version for row in verdicts}.values():
        if book.event_id is not None:
            file = f"{book.scheme}-{book.version}-{book.sha256[:12]}.json"
            found.announce(file, book.text, book.event_id, seal, version=book.sha256)
    about = {"kind": "case", "name": case.reference, "is_demonstration": case.is_demonstration}
    return _packed(found, about, seal, title=f"the case {case.reference}", is_whole=seal.number <= WHOLE_CHAIN)


def _post(found: _Gathered, case: Case, seal: Seal) -> None:
    """This will take every posting of the case's accounts with the event it rests on, and what each account comes to."""
    for source, target, amount, event, on, of_source, of_target in ledger.postings_of(case, seal.number):
        found.postings.append({"source": source, "target": target, "amount": amount, "event": event, "on": on.isoformat()})
        for key, of, change in ((source, of_source, -amount), (target, of_target, amount)):
            if of == case.pk:
                found.balances[key] = found.balances.get(key, 0) + change
    found.take(Event.objects.filter(pk__in={one["event"] for one in found.postings}), seal)


def of_figure(given: learn.Given) -> bytes:
    """This will bundle an answer of a figure: its definition, and all it is added up from."""
    found, seal, name = _Gathered(), given.seal, given.figure.name
    _publish(found, "figure", name, seal)
    if isinstance(given.version.reads, FromSheet):
        found.take(Event.objects.filter(sheet__isnull=False), seal)
    else:
        _publish(found, "series", given.version.reads.series, seal)
    lines = [(line.key, line.count, line.amount_cents) for part in given.answer.breakdowns[:1] for line in part.lines]
    answer = {
        "count": given.answer.count,
        "amount_cents": given.answer.amount_cents,
        "lines": [{"key": key, "count": count, "amount_cents": cents} for key, count, cents in lines],
    }
    about = {"kind": "figure", "name": name, "as_at": given.answer.as_at.isoformat(), "answer": answer}
    return _packed(found, about, seal, title=f"the figure {name} as at {given.answer.as_at}", is_whole=True)


def _publish(found: _Gathered, kind: str, name: str, seal: Seal) -> None:
    """This will take the text of this kind and name that was in force as known at the seal."""
    rows = Publication.objects.filter(kind=kind, name=name)
    sealed = dict(Seal.objects.filter(event_id__in=rows.values("event_id")).values_list("event_id", "number"))
    row = max((row for row in rows if sealed.get(row.event_id, seal.number + 1) <= seal.number), key=lambda row: sealed[row.event_id])
    found.announce(f"{kind}.toml", row.text, row.event_id, seal, named=f"{kind}/{name}")


def _packed(found: _Gathered, about: dict[str, Any], seal: Seal, *, title: str, is_whole: bool) -> bytes:
    stretches = [(0, seal.number)] if is_whole else _stretches(found.events, seal)
    stamp = hash_chain.stamp_text(seal.sealed_at, is_story=seal.is_story)
    files = {
        "README.txt": README.format(title=title, seal=seal.number, stamp=stamp).encode(),
        "verify.py": inspect.getsource(offline_check).encode(),
        CHAIN: _lines(line for after, last in stretches for line in _chained(after, last)),
        EVENTS: _lines({"n": number, "body": body} for number, body in sorted(found.events.items())),
        VERDICTS: _lines(found.verdicts),
        POSTINGS: _lines(found.postings),
        **{name: text.encode() for name, text in found.texts.items()},
    }
    starts, ends = ({stretch[side] for stretch in stretches} for side in (0, 1))
    anchors = Seal.objects.filter(number__in=starts | ends).order_by("number").values_list("number", "chain")
    manifest = {
        "format": FORMAT,
        **about,
        "funder": policy.funder().name.said_in("en"),
        "seal": seal.number,
        "stamp": stamp,
        # The links inside the bundle; those it begins after are only compared with what was published.
        "anchors": [[number, bytes(chain).hex()] for number, chain in anchors if number in ends],
        "begins_after": [[number, bytes(chain).hex()] for number, chain in anchors if number in starts],
        "texts": found.told,
        "balances": found.balances,
        "files": {name: offline_check.sha256(data) for name, data in files.items()},
    }
    return offline_check.pack({**files, MANIFEST: offline_check.canonical(offline_check.signed(manifest)).encode()})


def _lines(values: Iterable[Any]) -> bytes:
    return "".join(offline_check.canonical(value) + "\n" for value in values).encode()


def _stretches(events: Iterable[int], seal: Seal) -> list[tuple[int, int]]:
    """This will give the days on which these seals fall, each as (the last seal before it, its last seal not after `seal`)."""
    ends = sorted(number for _day, number, _chain in sealer.daily_hashes(zone=str(funder.current().zone)))
    days = sorted({bisect.bisect_left(ends, number) for number in events})
    return [(ends[day - 1] if day else 0, min(ends[day], seal.number)) for day in days]


def _chained(after: int, last: int) -> Iterator[dict[str, Any]]:
    """This will give the seals past `after` up to `last` as they are followed, after a line with the link they begin from."""
    before = Seal.objects.filter(number=after).values_list("chain", flat=True).first()
    yield {"after": after, "chain": bytes(before or b"").hex()}
    rows = Seal.objects.filter(number__gt=after, number__lte=last).order_by("number").annotate(hashed=F("event__sha256"))
    for number, chain, hashed, sealed_at, is_story in rows.values_list("number", "chain", "hashed", "sealed_at", "is_story").iterator(
        5_000
    ):
        stamp = hash_chain.stamp_text(sealed_at, is_story=is_story)
        yield {"n": number, "e": bytes(hashed).hex(), "t": stamp, "c": bytes(chain).hex()}
