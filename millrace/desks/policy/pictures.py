"""The desk's pictures, each with the table it is drawn from — e.g. partners by city: eleven tiles, and eleven lines with counts and money.

A picture says nothing that its table does not; each number of a table opens its cases where there are some.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word
from django.utils.translation import ngettext

from millrace.core import cells, money, pipeline
from millrace.core.pictures import drawing, flow, funnel, layers, slope, tiles
from millrace.core.pictures.drawing import Picture
from millrace.desks.policy import targets
from millrace.desks.policy.asked import Asked
from millrace.desks.policy.standing import NONE, Counted, Flows
from millrace.registers.ledger.queries import EnvelopeState
from millrace.web import schemes, words
from millrace.web.forms import said

CASES = "/policy/cases/"
STEPS = {
    "received": word("Received"),
    "screened": word("Screened"),
    "supported": word("Supported"),
    "approved": word("Approved"),
    "agreed": word("Agreement signed"),
    "completed": word("Completed"),
}
STATES = {
    "screening": word("In screening"),
    "assessment": word("In assessment"),
    "decision": word("Being decided"),
    "offered": word("Offer open"),
    "in_force": word("In force"),
    "completed": word("Completed"),
    "terminated": word("Terminated"),
    "ended": word("Ended without support"),
}
LAYERS = {
    "available": word("Available"),
    "reserved": word("Reserved"),
    "committed": word("Committed"),
    "due": word("Due"),
    "paid": word("Paid"),
}


@dataclass(frozen=True)
class Cell:
    """One cell of a table: how it is told, what a program reads, and where its cases are."""

    text: str
    raw: str = ""
    address: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Shown:
    """One picture: its name in addresses, its title, what it tells in a sentence, its shapes (none where there is nothing to draw), its
    table, the keys of its colours, and what else is said of it."""

    name: str
    title: str
    told: str
    picture: Picture | None
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    address: str = ""
    download: str = ""
    part: str = ""

    @property
    def svg(self) -> SafeString:
        """This will be the picture as it stands on the page; every word in it is escaped where it is written."""
        return mark_safe(drawing.svg(self.picture, title=self.title, told=self.told, name=self.id)) if self.picture else SafeString("")

    @property
    def id(self) -> str:
        """Name it on its page."""
        return f"picture-{self.name}{f'-{self.part}' if self.part else ''}"

    @property
    def headings(self) -> list[tuple[str, bool]]:
        """Give each heading, and whether numbers stand below it."""
        return [(label, any(row[place].is_number for row in self.rows)) for place, label in enumerate(self.head)]

    def csv(self) -> str:
        """This will write the table for programs: numbers as numbers, and nothing that a spreadsheet would run."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(self.head)
        writer.writerows([cell.raw if cell.is_number else cells.safe(cell.raw or cell.text) for cell in row] for row in self.rows)
        return file.getvalue()


def text(value: str, raw: str = "") -> Cell:
    """This will be a cell of words."""
    return Cell(value, raw or value)


def count(value: int, address: str = "") -> Cell:
    """This will be a cell of a count, which opens its cases where there are some."""
    return Cell(words.count(value), str(value), address if value else "", is_number=True)


def amount(cents: int, unit: str) -> Cell:
    """This will be a cell of an amount; a program reads it in whole units of its currency."""
    raw = str(Decimal(cents).scaleb(-money.decimals_of(unit))) if unit in money.CURRENCIES else str(cents)
    return Cell(words.amount_in_short(cents, unit), raw, is_number=True)


def of_chain(asked: Asked, found: Flows) -> Shown:
    """This will show how many organisations went from each part of the chain to the next."""
    labels = {link.id: said(link.title) for link in found.links}
    told = {
        key: ngettext("%(count)s organisation", "%(count)s organisations", value) % {"count": words.count(value)}
        for key, value in found.totals.items()
    }
    keys = [link.id for link in found.links]
    laid = flow.laid_out(keys, found.totals, found.between)
    rows = [
        (text(labels[source]), text(labels[target]), count(value, asked.address(CASES, source=source, target=target)))
        for (source, target), value in sorted(found.between.items(), key=lambda pair: (keys.index(pair[0][0]), keys.index(pair[0][1])))
    ]
    for key in keys:
        came, stays = flow.entered(key, found.totals, found.between), flow.stayed(key, found.totals, found.between)
        rows += [
            (text(_("From no part before")), text(labels[key]), count(came, asked.address(CASES, source=NONE, target=key))),
            (text(labels[key]), text(_("To no part after")), count(stays, asked.address(CASES, source=key, target=NONE))),
        ]
    went = ", ".join(f"{labels[source]} → {labels[target]}: {words.count(value)}" for (source, target), value in found.between.items())
    return Shown(
        "chain",
        _("Along the chain"),
        f"{'; '.join(f'{labels[key]}: {told[key]}' for key in keys)}. {went}",
        flow.drawn(laid, labels, told) if any(found.totals.values()) else None,
        (_("From"), _("To"), _("Organisations")),
        tuple(rows),
        notes=(
            _(
                "An organisation counts in a part when it has a part in a project approved there. It came from another part when its first"
                " approval there was no later than its first here."
            ),
        ),
    )


def of_funnel(asked: Asked, scheme: str, counted: Counted, took: Mapping[str, int | None]) -> Shown:
    """This will show how far the applications of a scheme came, and how long each part of the way took; a step nobody took is left out
    where later ones were taken."""
    title = schemes.short_title(scheme)
    reached = [step for step, _column in pipeline.STEPS]
    last = max((place for place, step in enumerate(reached) if counted.steps.get(step)), default=0)
    kept = [step for place, step in enumerate(reached) if counted.steps.get(step) or place >= last]
    whole = counted.steps.get("received", 0)
    steps, rows = [], []
    for step in kept:
        many, days = counted.steps.get(step, 0), took.get(step)
        share = words.percent(round(1000 * many / whole)) if whole else ""
        way = _("median %(days)s working days") % {"days": words.count(days)} if days is not None else ""
        steps.append(funnel.Step(_(STEPS[step]), many, f"{words.count(many)} · {share}" if share else words.count(many), way))
        days_cell = Cell("" if days is None else words.count(days), "" if days is None else str(days), is_number=True)
        rows.append(
            (
                text(_(STEPS[step]), step),
                count(many, asked.address(CASES, scheme=scheme, step=step)),
                Cell(share, share, is_number=True),
                days_cell,
            )
        )
    return Shown(
        "funnel",
        _("How far applications came: %(scheme)s") % {"scheme": title},
        "; ".join(f"{step.label}: {step.told}" for step in steps),
        funnel.drawn(steps) if whole else None,
        (_("Step"), _("Cases"), _("Share of those received"), _("Median working days from the step before")),
        tuple(rows),
        notes=(_("Working days without those on which the applicant was waited for. Each step counts every case that came to it."),),
        part=scheme,
    )


def of_places(asked: Asked, found: Mapping[str, tuple[int, int]], unit: str) -> Shown:
    """This will show in which places of the policy's map the partners of approved projects are."""
    named = asked.funder.tiles if asked.funder else ()
    standing = [(place, *found.get(place.id, (0, 0))) for place in named]
    drawn = [
        tiles.Tile(
            place.id,
            *(place.tile or (0, 0)),
            label=said(place.label),
            value=many,
            told=(words.count(many), words.amount_in_short(cents, unit)) if many else ("–",),
        )
        for place, many, cents in standing
    ]
    rows = [
        (text(said(place.label), place.id), count(many, asked.address(CASES, place=place.id)), amount(cents, unit))
        for place, many, cents in sorted(standing, key=lambda one: -one[1])
    ]
    told = "; ".join(f"{said(place.label)}: {words.count(many)}" for place, many, _cents in standing if many)
    return Shown(
        "partners",
        _("Partners by city"),
        told or _("No project with a partner on the map"),
        tiles.drawn(drawn) if drawn else None,
        (_("Place"), _("Approved projects with a partner there"), _("Approved for them")),
        tuple(rows),
        notes=(_("A project with partners in two places counts in both. The map shows how the places lie, not their size."),),
    )


def of_envelope(name: str, title: str, unit: str, days: Sequence[date], states: Sequence[EnvelopeState]) -> Shown:
    """This will show month by month what of an envelope was available, set aside, promised, due and paid."""
    held = [{key: getattr(state, key) for key in LAYERS} for state in states]
    most = max((sum(day.values()) for day in held), default=0)
    rows = [
        (text(words.day(day), day.isoformat()), *(amount(state[key], unit) for key in LAYERS), amount(sum(state.values()), unit))
        for day, state in zip(days, held, strict=True)
    ]
    last = held[-1] if held else {}
    # What was dated before the vote it drew on leaves a past day below zero: the books say so, and a picture cannot.
    is_below_zero = any(value < 0 for day in held for value in day.values())
    return Shown(
        "burn-down",
        _("Burn-down: %(envelope)s") % {"envelope": title},
        "; ".join(f"{_(LAYERS[key])}: {words.amount_in_short(value, unit)}" for key, value in last.items()),
        layers.drawn(layers.stacked(tuple(LAYERS), held), most=words.amount_in_short(most, unit), labels=[words.month(day) for day in days])
        if most and not is_below_zero
        else None,
        (_("End of"), *(_(label) for label in LAYERS.values()), _("Voted")),
        tuple(rows),
        keys=tuple((f"layer{place}", _(label)) for place, label in enumerate(LAYERS.values())),
        notes=(_("On some day an amount is below zero, which has no height: the table tells it."),) if is_below_zero else (),
        part=name,
    )


def of_target(held: targets.Held) -> Shown:
    """This will show a target's slope, and what came of it beside."""
    target = held.target
    aims = [*([(_("Base"), target.base)] if target.base else []), *((_("To be reached"), one) for one in target.milestones)]
    rows = [(text(kind), text(str(one.year)), text(said(one.value)), text(said(target.source.title))) for kind, one in aims]
    rows += [(text(_("Came of it")), text(targets.day(one), one.on.isoformat()), text(one.told), text(one.source)) for one in held.came]
    return Shown(
        "targets",
        held.title,
        "; ".join(f"{row[0].text} {row[1].text}: {row[2].text}" for row in rows),
        slope.drawn(held.aimed, held.came_points) if held.is_drawn else None,
        (_("Kind"), _("When"), _("Value"), _("Source")),
        tuple(rows),
        keys=(("aim-dot", _("Base and target")), ("came-dot", _("Came of it"))),
        notes=tuple(note for note in (held.differs,) if note),
        part=target.id,
    )
