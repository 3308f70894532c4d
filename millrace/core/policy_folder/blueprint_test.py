"""Reads what the plan says of the chain and of outturns, and refuses what it cannot mean — e.g. a scheme both upstream and downstream."""

from decimal import Decimal

import pytest

from millrace.core.policy_folder import read
from millrace.core.policy_folder.blueprint import Milestone
from millrace.core.texts import text
from millrace.core.toml_text import Unreadable
from millrace.testing.policies import HONG_KONG, files_of

JOBS = 'unit = ["jobs"]\nrounding = "none"\nadds_up = "jobs"'


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    files = files_of(HONG_KONG)
    assert old.encode() in files[path]
    return files | {path: files[path].replace(old.encode(), new.encode(), 1)}


def test_every_scheme_of_the_folder_is_in_one_part_of_the_chain() -> None:
    policy = read.policy(files_of(HONG_KONG))
    held = [scheme for link in policy.blueprint.chain for scheme in link.every]
    assert sorted(held) == sorted(policy.schemes)
    assert policy.blueprint.link_of("nifs") is policy.blueprint.chain[2] and policy.blueprint.link_of("lunch") is None
    assert [len({place.tile for place in policy.funder.tiles}), len(policy.funder.tiles)] == [11, 11]
    again = {paper.kind: read.from_paper(paper.kind, paper.text) for paper in policy.papers}
    assert again["blueprint"] == policy.blueprint and again["funder"].tiles == policy.funder.tiles


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("blueprint.toml", 'placed = ["mrp", "psts"]', 'placed = ["mrp", "nifs"]', "'nifs' is in the chain twice"),
        ("blueprint.toml", 'placed = ["mrp", "psts"]', 'placed = ["mrp", "lunch"]', "'lunch' is not here"),
        ("blueprint.toml", 'figure = "gerd"', 'figure = "lunch"', "the figure 'lunch' is not here"),
        ("blueprint.toml", 'id = "jobs"', 'id = "production_lines"', "the measure 'production_lines' stands here twice"),
        ("blueprint.toml", 'id = "jobs"', 'id = "Jobs; --"', "is not of small letters"),
        ("blueprint.toml", '"raise-plus", "production-line-upgrade", "tsssu"', '"lunch"', "'lunch' is not here"),
        ("figures/jobs-created.toml", JOBS, JOBS.replace("jobs", "meals"), "'meals' is not recorded of any case"),
        ("policy.toml", "tile = [2, 2]", "tile = [3, 2]", "two places stand at column 3 and row 2"),
        ("policy.toml", "tile = [2, 2]", 'tile = "here"', "a tile is its column and its row"),
        ("policy.toml", "tile = [2, 2]", "tile = [-1, 2]", "a tile is its column and its row"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_line(path: str, old: str, new: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read.policy(changed(path, old, new))
    [finding] = [one for one in refused.value.findings if said in one.message]
    assert finding.file == path and finding.line > 1


def test_a_milestone_gives_its_one_number() -> None:
    found = [Milestone(2027, text({"en": said})).number for said in ("over 130", "about 45,000", "1.5%", "between 2 and 3", "some")]
    assert found == [Decimal(130), Decimal(45000), Decimal("1.5"), None, None]
