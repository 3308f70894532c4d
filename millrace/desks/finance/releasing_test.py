"""Proves that the list of what to release is the same whether kept or worked out on the spot — e.g. while a jobs process catches up."""

from typing import Any

import pytest

from millrace.core.access import Actor
from millrace.desks.finance import blocked, releasing
from millrace.registers.timeline import sealer
from millrace.stages.deliver import keeping, standing
from millrace.stages.deliver.deliver_test import bring, open_account, ready
from millrace.web import access

ASKED = releasing.Asked


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(agree: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Six cases of different standing, and pages of two instalments."""
    monkeypatch.setattr(releasing, "PER_PAGE", 2)
    short, whole = ready(agree.nifs(), verified=9_000_000_00), ready(agree.nifs())
    paid, stages = agree.nifs(), agree.raise_plus()
    open_account(paid)
    return [short, whole, paid, stages, agree.nifs(), agree.advanced()]


def actor_of(held: Any) -> Actor:
    return access.actor_of(held.finance, held.at)


def every_page(held: Any, **asked: Any) -> list[tuple[str, int, tuple[str, ...]]]:
    found: list[tuple[str, int, tuple[str, ...]]] = []
    for number in range(1, 20):
        page = releasing.releasable(actor_of(held), held.at, ASKED(**asked), number=number, held=None)
        found += [(row["case"].reference, row["number"], tuple(block.code for block in row["blocks"])) for row in page.rows]
        if not page.has_next:
            break
    return found


def counts(held: Any, **asked: Any) -> dict[str, int]:
    return releasing.releasable(actor_of(held), held.at, ASKED(**asked), number=1, held=None).counts


def sized(desk: list[Any], held: Any) -> dict[str, int]:
    """This will count what stands against every open instalment by sizing each."""
    found = dict.fromkeys(("", *blocked.SHORT), 0)
    for planned in standing.planned_of([each.case for each in desk], held.at.date()).values():
        for one in planned:
            if one.released_cents < one.instalment.planned_cents:
                is_short = one.release.limited_by == "matching_carries" and not one.release.blocks
                codes = one.release.blocks or ("ready", *(["matching_short"] if is_short else []))
                for code in ("", *codes):
                    found[code] += 1
    return found


def test_counts_and_pages_are_those_of_sizing_each_instalment_kept_or_not(desk: Any) -> None:
    held = max(desk, key=lambda each: each.at)
    for _round in range(2):
        told = sized(desk, held)
        fresh = counts(held), every_page(held)
        assert fresh[0] == told and len(fresh[1]) == told[""]
        sealer.seal(held.at)
        keeping.keep_up(held.at)
        assert (counts(held), every_page(held)) == fresh
        assert counts(held, is_all_counted=True) == told
        for code in blocked.SHORT:
            assert len(every_page(held, block=code)) == told[code], code
        files = [row["case"] for row in releasing.every_instalment(actor_of(held), held.at, ASKED(), None)]
        assert files == [reference for reference, _number, _codes in fresh[1]]
        # And while some of the cases are told of, and the others kept.
        bring(desk[3], 1_000_000_00)
        bring(desk[0], 11_000_000_00) if _round == 0 else open_account(desk[4])
    assert told["ready"] == 2 and told["matching_short"] == 0


def test_a_conflict_takes_a_case_out_of_the_counts_too(desk: Any) -> None:
    held = max(desk, key=lambda each: each.at)
    before = counts(held)
    desk[1].case.standings.create(person=held.finance, relation="conflicted", starts_at=held.at, granted_by=held.officer)
    assert counts(held)[""] == before[""] - 1 and counts(held)["ready"] == before["ready"] - 1
    sealer.seal(held.at)
    keeping.keep_up(held.at)
    assert counts(held)[""] == before[""] - 1 and counts(held, is_all_counted=True)["ready"] == before["ready"] - 1
