"""The NIFS story in a real browser, each person in a profile of their own, a picture of every page kept as CI's output."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from millrace.registers.cases.models import Case
from millrace.registers.timeline.models import Event
from tests.browser.walker import Walker
from tests.journeys import nifs, visitor
from tests.journeys.nifs import cast, published  # noqa: F401  # fixtures are found by name in this module

pytestmark = [pytest.mark.browser, pytest.mark.prove]


def test_one_case_from_the_finder_to_a_figure(
    cast: dict[str, Any],  # noqa: F811  # the fixture of that name
    live_site: Callable[..., Any],
    browser: Any,
    shoot: Callable[[Any, str], Path],
    axe: Callable[[Any], list[str]],
    tmp_path: Path,
    db_clone: Any,
    settings: Any,
) -> None:
    settings.SECRET_KEY = db_clone.environment("app")["MILLRACE_SECRET_KEY"]  # a session made here is one of the server's
    site, numbers, walkers = live_site(), itertools.count(1), []

    def enter(person: Any) -> Walker:
        def keep(heading: str) -> None:
            shoot(walker.page, f"{next(numbers):03d} {heading.splitlines()[-1][:40]}")

        walker = Walker(browser, site.url, visitor.enter(person), keep, axe, tmp_path)
        walkers.append(walker)
        return walker

    nifs.whole(enter, cast)
    assert Case.objects.get().status == "closed"
    once = ("application_submitted", "information_supplied", "decision_made", "offer_accepted", "instalment_released", "payment_settled")
    for kind in once:
        assert Event.objects.filter(kind=kind).count() == 1, kind
    faults = sorted({fault for walker in walkers for fault in walker.faults})
    assert not faults, faults
