"""The schemes by the short titles people know them by — e.g. "nifs" as 新型工業化資助計劃 in a list read in Chinese.

Kept in the process for a minute, as the funder's name is: lists name a scheme in every row and filter, and a scheme is published
once in months.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db import connection
from django.utils import translation

from millrace.core.policy_folder.blueprint import CaseMeasure
from millrace.core.texts import Text
from millrace.registers.policy import queries as policy
from millrace.web import clock

KEPT_FOR = timedelta(minutes=1)
Titles: TypeAlias = Mapping[str, Text]
Held: TypeAlias = dict[str, tuple[Titles, datetime]]
_known: Held = {}
_funds: Held = {}
_calls: Held = {}
_measures: Held = {}
_groups: Held = {}


def short_titles() -> dict[str, str]:
    """This will name every published scheme, by its slug, in the reader's language and as its latest version does."""
    language = translation.get_language() or "en"
    return {slug: title.said_in(language) for slug, title in _current().items()}


def short_title(slug: str) -> str:
    """This will name one scheme; one not published is shown by its slug, never hidden."""
    title = _current().get(slug)
    return title.said_in(translation.get_language() or "en") if title else slug


def call_title(slug: str, code: str) -> str:
    """This will name one call of a scheme as the policy does; one it no longer tells is shown by its code, never hidden."""
    title = _kept(_calls, _titles_of_calls).get(f"{slug}/{code}")
    return title.said_in(translation.get_language() or "en") if title else code


def _titles_of_calls(now: datetime) -> Titles:
    told = [(scheme.slug, version) for scheme in policy.published_schemes(now) for version in scheme.versions]
    return {f"{slug}/{call.id}": call.title for slug, version in told for call in version.calls}


def fund_title(name: str) -> str:
    """This will name one fund; one no longer published is shown by its id, never hidden."""
    title = _kept(_funds, lambda _now: {one.id: one.title for one in policy.funds_if_published()}).get(name)
    return title.said_in(translation.get_language() or "en") if title else name


def group_title(column: str, code: str) -> str:
    """This will word a stream as its scheme does, and what else a case was put under, such as a sector, as the forms of the schemes' latest
    versions offer it; what none of them offers is shown by its code, never hidden."""
    title = _kept(_groups, _titles_of_groups).get(f"{column}/{code}")
    return title.said_in(translation.get_language() or "en") if title else code


def _titles_of_groups(now: datetime) -> Titles:
    known = policy.published_schemes(now)
    streams = [stream for scheme in known for version in scheme.versions for stream in version.streams]
    sections = [section for scheme in known for section in scheme.versions[-1].form.sections]
    questions = [question for section in sections for question in section.questions]
    offered = {f"{question.id}/{choice.id}": choice.label for question in questions for choice in question.choices}
    return offered | {f"stream/{stream.id}": stream.title for stream in streams}


def measure_title(name: str) -> str:
    """This will name what is measured of a case; a measure no longer told is shown by its id, never hidden."""
    title = _of_cases().get(name)
    return title.said_in(translation.get_language() or "en") if title else name


def measures_of(slug: str) -> dict[str, str]:
    """This will name what is measured of the cases of one scheme, by its id."""
    told = (key.partition("/")[::2] for key in _of_cases())
    return {name: measure_title(name) for scheme, name in told if name and scheme == slug}


def _of_cases() -> Titles:
    return _kept(_measures, lambda _now: _by_scheme(policy.case_measures()))


def _by_scheme(told: Iterable[CaseMeasure]) -> Titles:
    """The titles by a measure's id, and by scheme and id where it is of that scheme."""
    return {key: one.title for one in told for key in (one.id, *(f"{scheme}/{one.id}" for scheme in one.schemes))}


def with_fund(fund: str, scheme: str) -> str:
    """This will title an envelope by its fund and scheme: a fund's title often ends with its scheme's, and said once, it is enough."""
    title = short_title(scheme) if scheme else ""
    return fund if not title or title in fund else f"{fund} · {title}"


def _current() -> Titles:
    return _kept(_known, lambda now: {scheme.slug: scheme.versions[-1].short_title for scheme in policy.published_schemes(now)})


def _kept(held: Held, read: Callable[[datetime], Titles]) -> Titles:
    name, now = str(connection.settings_dict["NAME"]), clock.now()
    known, asked_at = held.get(name, ({}, now - KEPT_FOR))
    if now - asked_at < KEPT_FOR:
        return known
    told = read(now)
    if told:
        held[name] = (told, now)
    return told
