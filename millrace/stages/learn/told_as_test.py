"""A figure is told in the units and to the rounding its definition says — on its page, on the command line, by the API and in a reply."""

import uuid
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import translation

from millrace.core.figures import reference
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.learn import queries, referring, telling, terminal
from millrace.stages.plan import figures
from millrace.web import clock

POLICY = Path(__file__).parents[3] / "policies" / "hong-kong"
FILES = {str(path.relative_to(POLICY)): path.read_text() for folder in ("figures", "series") for path in (POLICY / folder).glob("*.toml")}
NAME, DAY = "mainland-collaboration-approved", date(2024, 1, 31)
PATH = f"figures/{NAME}.toml"
USUAL = "rounding = { million = 1, billion = 1, ten_thousand = 2, hundred_million = 2 }"


@pytest.fixture
def published(make, monkeypatch):
    """What publishes the folder with one figure said otherwise, each a minute after the last."""
    by, minutes = make.person(powers=("policy",)), iter(range(60))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 4, 15, tzinfo=UTC))

    def publish(text: str = FILES[PATH]) -> None:
        at = datetime(2026, 3, 2, 4, next(minutes), tzinfo=UTC)
        figures.publish_figures(FILES | {PATH: text}, by=by, at=at, command=uuid.uuid4())
        sealer.seal(at)
        sheet.project()

    return publish


def in_reply(language: str = "en") -> str:
    (asked,) = reference.references(f"{{{{{NAME} amount @{DAY}}}}}")
    with translation.override(language):
        return referring.answered(asked, queries.known_now()).said


def test_the_published_answers_are_told_as_they_were(published, client):
    published()
    page = client.get(f"/figures/{NAME}/?as-at={DAY}").text
    assert "472" in page and "HK$1,212.8m" in page and "<dt>Projects</dt>" in page and "Projects · HKD" in page
    assert "millions (decimals: 1); billions, from ten on (decimals: 1)" in page
    assert "HK$1,432.2m" in client.get(f"/figures/{NAME}/?as-at=2025-12-31").text
    printed = terminal.told(NAME, as_at=DAY, as_known=None, is_json=False)
    assert "In short: Projects 472 · Amount HK$1,212.8m" in printed and "Unit: Projects · HKD" in printed
    told = client.get(f"/api/v1/figures/{NAME}?as_at={DAY}").json()
    assert (told["count"], told["amount_minor"], told["unit"]) == (472, 121_280_000_000, ["projects", "HKD"])
    assert told["rounding"] == {"million": 1, "billion": 1, "ten_thousand": 2, "hundred_million": 2}
    assert (in_reply(), in_reply("zh-hant")) == ("HK$1,212.8m", "HK$12.13 億")
    assert "HK$55.7bn" in client.get("/figures/itf-approved/?as-at=2025-12-31").text


@pytest.mark.parametrize(
    ("rounding", "english", "chinese", "kept"),
    [
        ("rounding = { million = 0, hundred_million = 1 }", "HK$1,213m", "HK$12.1 億", {"million": 0, "hundred_million": 1}),
        ('rounding = "none"', "HK$1,212,800,000", "HK$1,212,800,000", {}),
    ],
)
def test_another_rounding_is_told_everywhere(published, client, rounding, english, chinese, kept):
    published(FILES[PATH].replace(USUAL, rounding))
    page = client.get(f"/figures/{NAME}/?as-at={DAY}").text
    assert f"<dd>{english}<small>" in page and "HK$1,212.8m" not in page
    assert f"Amount {english}" in terminal.told(NAME, as_at=DAY, as_known=None, is_json=False)
    assert client.get(f"/api/v1/figures/{NAME}?as_at={DAY}").json()["rounding"] == kept
    assert (in_reply(), in_reply("zh-hant")) == (english, chinese)
    assert "HK$1,432.2m" not in client.get("/figures/").text


def test_what_is_stated_is_rounded_by_its_figure_too(published, client):
    published()
    assert "HK$10bn" in client.get("/figures/earmarked/?as-at=2025-12-31").text
    page = client.get("/figures/jobs-created/?as-at=2026-03-31").text
    assert "Money is rounded" not in page and "Unit:" in page


def test_an_answer_of_a_definition_published_without_both_keeps_its_hash(published, client):
    """Such a folder cannot be published any more; what was kept of one is read at its own seal."""
    published()
    first = queries.ask(NAME, as_at=DAY)
    lines = [line for line in FILES[PATH].splitlines() if not line.startswith(("unit = ", "rounding = "))]
    older = queries._figure(NAME, "\n".join(lines))
    then = queries.Given(older, older.versions[0], first.series, first.answer, first.seal, first.is_last_seal)
    plain = telling.as_plain(then)
    assert set(telling.as_plain(first)) - set(plain) == {"unit", "rounding"} and telling.digest(then) != telling.digest(first)
    assert then.told_in == first.told_in
