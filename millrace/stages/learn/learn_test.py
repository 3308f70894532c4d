"""Figures at two moments of knowledge: what was said then stays obtainable after a late correction and a late withdrawal."""

import uuid
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.cases import actions as standing
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.learn import actions, queries, telling, terminal
from millrace.stages.plan import figures
from millrace.web import clock

POLICY = Path(__file__).parents[3] / "policies" / "hong-kong"
FILES = {str(path.relative_to(POLICY)): path.read_text() for folder in ("figures", "series") for path in (POLICY / folder).glob("*.toml")}
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
YEAR_END = date(2026, 3, 31)


def _seal(at: datetime) -> int:
    sealer.seal(at)
    return sheet.project()


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 4, tzinfo=UTC)


class Story:
    """Three NIFS cases and one RAISe+ case approved in March 2026."""

    def __init__(self, make) -> None:
        self.by, self.second = make.person(powers=("policy", "officer")), make.person(powers=("officer",))
        figures.publish_figures(FILES, by=self.by, at=NOON, command=uuid.uuid4())
        schemes = ("nifs", "nifs", "nifs", "raise-plus")
        self.cases = [make.case(scheme=scheme, status="approved") for scheme in schemes]
        self.events = [self.tell(case, 10, scheme=case.scheme, approved_on="2026-03-10", approved_cents=1_000) for case in self.cases]
        self.first = _seal(_at(3, 31))

    def tell(self, case, day: int, month: int = 3, recorded: datetime | None = None, **values):
        moment = recorded or _at(month, day)
        fields = {"command": uuid.uuid4(), "by": self.by, "at": moment, "case": case, "happened_on": date(2026, month, day)}
        return timeline.record("case_corrected", facts={"corrected_kind": ""}, sheet=values, **fields)


@pytest.fixture
def story(make) -> Story:
    return Story(make)


def _lines(given: queries.Given) -> list[tuple[str, int, int]]:
    return [(line.key, line.count, line.amount_cents) for line in given.answer.breakdowns[0].lines]


def test_the_figure_given_to_the_legislature_has_its_source_and_seal(story):
    given = queries.ask("mainland-collaboration-approved", as_at=date(2024, 1, 31))
    assert (given.answer.count, given.answer.amount_cents) == (472, 121_280_000_000)
    plain = telling.as_plain(given, "zh-hant")
    assert plain["source"]["quality"] == "primary" and plain["as_known"]["seal"] == given.seal.number
    assert plain["breakdowns"][0]["lines"][0]["label"] == "粵港科技合作資助計劃"
    assert "472" in terminal.told("mainland-collaboration-approved", as_at=date(2024, 1, 31), as_known=None, is_json=False)


def test_a_day_before_the_data_begin_is_refused_with_the_first_day(story):
    with pytest.raises(Refusal) as refused:
        queries.ask("mainland-collaboration-approved", as_at=date(2024, 1, 30))
    assert (refused.value.field, refused.value.values) == ("as_at", {"first": date(2024, 1, 31)})
    with pytest.raises(Refusal, match="begin"):
        queries.ask("approved-by-scheme", as_at=date(2020, 7, 26))


def test_a_late_correction_and_a_late_withdrawal_change_the_answer_between_two_seals(story):
    before = queries.ask("approved-by-scheme", as_at=YEAR_END)
    assert _lines(before) == [("nifs", 3, 3_000), ("raise-plus", 1, 1_000)]
    fields = {"corrects": story.events[0], "reason": "recorded_wrongly", "by": story.second, "at": _at(4, 9)}
    command = uuid.uuid4()
    actions.correct_case(story.cases[0], values={"approved_on": "2026-04-02"}, command=command, **fields)
    again = actions.correct_case(story.cases[0], values={"approved_on": "2026-04-02"}, command=command, **fields)
    assert again.sheet == {"approved_on": "2026-04-02"}
    story.tell(story.cases[1], 27, recorded=_at(4, 10), status="withdrawn", withdrawn_on="2026-03-27")
    _seal(_at(4, 30))
    now = queries.ask("approved-by-scheme", as_at=YEAR_END)
    assert _lines(now) == [("nifs", 1, 1_000), ("raise-plus", 1, 1_000)]
    then = queries.ask("approved-by-scheme", as_at=YEAR_END, seal=queries.seal_as_known(_at(4, 1)))
    assert then.seal.number == story.first and then.answer == before.answer and not then.is_last_seal
    found = queries.drift_since(then)
    assert found and [(each.key, each.count_before, each.count_after) for each in found[1]] == [("nifs", 3, 1)]
    april = queries.ask("approved-by-scheme", as_at=date(2026, 4, 30))
    assert _lines(april) == [("nifs", 2, 2_000), ("raise-plus", 1, 1_000)]


def test_a_figure_given_is_kept_with_its_seal_and_can_be_repeated(story):
    command = uuid.uuid4()
    fields = {"as_at": YEAR_END, "seal_number": story.first, "by": story.by, "at": _at(4, 1), "command": command}
    event = actions.give_figure("approved-by-scheme", **fields)
    assert actions.give_figure("approved-by-scheme", **fields) == event
    story.tell(story.cases[2], 27, recorded=_at(4, 10), withdrawn_on="2026-03-27")
    _seal(_at(4, 30))
    again = queries.ask("approved-by-scheme", as_at=YEAR_END, seal=queries.seal_numbered(event.facts["seal"]))
    assert telling.digest(again) == event.facts["sha256"]
    assert [each.pk for each in queries.times_given("approved-by-scheme")] == [event.pk]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"as_at": date(2026, 4, 16)}, "day-not-come"),
        ({"as_at": date(9999, 12, 31)}, "day-not-come"),
        ({"seal_number": 10**9}, "no-such-seal"),
    ],
)
def test_a_figure_of_a_day_or_a_seal_still_to_come_is_not_given(story, sign_in, today, asked, code):
    fields = {"as_at": date(2026, 4, 15), "seal_number": story.first, "by": story.by, "at": _at(4, 15)}
    with pytest.raises(Refusal) as refused:
        actions.give_figure("approved-by-scheme", **fields | asked, command=uuid.uuid4())
    assert (refused.value.code, refused.value.status) == (code, 422)
    named = fields | asked
    page = sign_in(story.by).see(f"/figures/approved-by-scheme/give/?as-at={named['as_at']}&seal={named['seal_number']}", 422)
    assert "has not come yet" in page or "There is no seal" in page
    assert not Event.objects.filter(kind="figure_given").exists()
    assert actions.give_figure("approved-by-scheme", **fields, command=uuid.uuid4())


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"approved_cents": 5}, "not-correctable"),
        ({"status": "refused"}, "not-correctable"),
        ({"received_on": "2026-01-01"}, "not-said"),
        ({"approved_on": "March"}, "wrong-value"),
        ({"approved_on": "2026-03-10"}, "nothing-corrected"),
    ],
)
def test_a_correction_never_touches_money_nor_what_was_not_said(story, values, code):
    fields = {"corrects": story.events[0], "reason": "learned_late", "by": story.second, "at": _at(4, 9), "command": uuid.uuid4()}
    with pytest.raises(Refusal) as refused:
        actions.correct_case(story.cases[0], values=values, **fields)
    assert refused.value.code == code


def test_questions_out_of_range_are_refused_in_words(story):
    for ask, code in (
        (lambda: queries.seal_numbered(10**9), "no-such-seal"),
        (lambda: queries.seal_as_known(datetime(2020, 1, 1, tzinfo=UTC)), "before-first-seal"),
        (lambda: queries.ask("no-such-figure", as_at=YEAR_END), "no-such-figure"),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == code


def test_a_figure_or_seal_that_is_not_there_is_named_with_the_way_on(story, client):
    unknown = client.get("/api/v1/figures/nifs-aproved")
    assert (unknown.status_code, unknown.json()["title"]) == (404, "There is no figure called “nifs-aproved”.")
    assert "nifs-approved" in unknown.json()["detail"] and "/api/v1/figures" in unknown.json()["detail"]
    page = client.get("/figures/nifs-aproved/")
    assert page.status_code == 404 and "nifs-approved" in page.text and "/figures/" in page.text
    seal = client.get("/api/v1/figures/nifs-approved?seal=999999")
    assert (seal.status_code, seal.json()["detail"]) == (422, f"Name a seal from 1 to {story.first}, or none for the last.")
    with pytest.raises(Refusal, match="no figure called “nosuch”") as refused:
        terminal.told("nosuch", as_at=YEAR_END, as_known=None, is_json=False)
    assert "listed" in refused.value.next_step


@pytest.fixture
def today(monkeypatch):
    """The pages' clock stands in the middle of April."""
    monkeypatch.setattr(clock, "now", lambda: _at(4, 15))


def test_a_figure_is_given_from_its_page_and_repeated_by_its_number_with_what_changed(story, sign_in, make, today):
    policy, officer = sign_in(story.by), sign_in(story.second)
    address = f"/figures/approved-by-scheme/give/?as-at={YEAR_END}&seal={story.first}"
    assert "Give this figure" in policy.see(f"/figures/approved-by-scheme/?as-at={YEAR_END}")
    officer.see(address, 404)
    assert "HK$40" in policy.see(address)
    policy.press(address, occasion="legislature")
    event = Event.objects.get(kind="figure_given")
    assert event.facts["occasion"] == "legislature"
    page = f"/figures/given/{event.pk}/"
    assert "the same, to the last digit" in officer.see(page)
    story.tell(story.cases[2], 27, recorded=_at(4, 10), withdrawn_on="2026-03-27")
    _seal(_at(4, 12))
    assert "has changed since" in officer.see(page)
    assert "Last given" in officer.see("/figures/approved-by-scheme/") and page in officer.see("/figures/given/")
    assert "31 Mar 2026" in officer.see("/figures/given/?figure=approved-by-scheme")
    for person in (make.person(), make.person(powers=("finance",))):
        sign_in(person).see(page, 404)
        sign_in(person).see("/figures/given/", 404)


def test_a_second_officer_corrects_a_record_and_the_first_may_not(story, sign_in, make, today):
    case, wrong = story.cases[0], story.events[0]
    base = f"/cases/{case.reference}/correct/"
    first, second = sign_in(story.by), sign_in(story.second)
    assert f"{base}{wrong.pk}/" not in first.see(base) and f"{base}{wrong.pk}/" in second.see(base)
    told = {"approved_on": "2026-04-02", "reason": "recorded_wrongly", "from_day": ""}
    assert "does not correct it" in first.press(f"{base}{wrong.pk}/", 403, **told)
    assert "says already" in second.press(f"{base}{wrong.pk}/", 422, **{**told, "approved_on": "2026-03-10"})
    assert "Why it is corrected" in second.press(f"{base}{wrong.pk}/", 422, **{**told, "reason": ""})
    second.press(f"{base}{wrong.pk}/", **told)
    event = Event.objects.filter(case=case, kind="case_corrected").latest("id")
    assert (event.sheet, event.facts["corrects"], event.sheet_from) == ({"approved_on": "2026-04-02"}, wrong.pk, date(2026, 3, 10))
    second.see(f"{base}{story.events[1].pk}/", 404)
    for person in (make.person(), make.person(powers=("policy",)), make.member(case.lead)):
        sign_in(person).see(base, 404)


def test_what_changed_is_told_case_by_case_to_those_who_may_see_the_case(story, sign_in, make, today):
    story.tell(story.cases[2], 27, recorded=_at(4, 10), withdrawn_on="2026-03-27")
    story.tell(story.cases[3], 27, recorded=_at(4, 10), sector="textile")
    _seal(_at(4, 12))
    page = f"/figures/approved-by-scheme/?as-at={YEAR_END}&seal={story.first}"
    gone, untouched, other = story.cases[2].reference, story.cases[0].reference, story.cases[3].reference
    shown = sign_in(story.second).see(page)
    assert "Case by case" in shown and gone in shown and "not counted" in shown
    assert untouched not in shown and other not in shown
    conflicted = make.person(powers=("officer",))
    standing.grant_standing(conflicted, story.cases[2], "conflicted", by=story.by, at=_at(4, 11))
    assert gone not in sign_in(conflicted).see(page)
    assert gone not in sign_in(make.person()).see(page)


def test_the_cases_behind_a_figure_are_those_of_its_seal_and_of_the_reader(story, sign_in, make, today):
    story.tell(story.cases[2], 27, recorded=_at(4, 10), withdrawn_on="2026-03-27")
    last = _seal(_at(4, 12))
    gone = story.cases[2].reference
    listed = f"/figures/approved-by-scheme/cases/?as-at={YEAR_END}&seal="
    officer = sign_in(story.second)
    assert gone in officer.see(f"{listed}{story.first}") and gone not in officer.see(f"{listed}{last}")
    assert story.cases[0].reference in officer.see(f"{listed}{last}")
    conflicted = make.person(powers=("officer",))
    standing.grant_standing(conflicted, story.cases[2], "conflicted", by=story.by, at=_at(4, 11))
    assert gone not in sign_in(conflicted).see(f"{listed}{story.first}")
    officer.see("/figures/gerd/cases/?as-at=2024-12-31&seal=1", 404)
    officer.see("/figures/approved-by-scheme/cases/", 404)
    sign_in(make.person()).see(f"{listed}{last}", 404)


def test_project_and_institutional_money_are_told_apart_and_explained_beside_the_whole_table(story, sign_in, make, today):
    laboratory = make.case(scheme="state-key-laboratories", status="approved")
    story.tell(laboratory, 10, scheme="state-key-laboratories", approved_on="2026-03-10", approved_cents=500)
    _seal(_at(4, 1))
    given = queries.ask("approved-by-scheme", as_at=YEAR_END)
    sums = {"project": {"count": 4, "amount_minor": 4_000}, "institutional": {"count": 1, "amount_minor": 500}}
    assert telling.as_plain(given)["kinds"] == sums
    page = sign_in(story.by).see(f"/figures/approved-by-scheme/?as-at={YEAR_END}")
    assert "What the total adds" in page and "Institutional money" in page and "Project money" in page
    printed = terminal.told("approved-by-scheme", as_at=YEAR_END, as_known=None, is_json=False)
    assert "Total: Institutional money" in printed
    whole = sign_in(story.by).see("/figures/itf-approved/?as-at=2026-03-31")
    assert "Money of institutions" in whole and "own cases" in whole
    assert "own cases" in sign_in(story.by).see("/figures/nifs-approved/?as-at=2026-03-31")


def test_a_statement_is_given_as_it_was_put_with_its_source_and_own_cases_stand_beside_a_table(story, sign_in, today):
    shown = sign_in(story.by).see("/figures/nifs-supported/?as-at=2025-12-31")
    assert "66" in shown and "over 100" in shown and "LCQ8" in shown and "last published day" in shown
    fields = {"as_at": date(2025, 12, 31), "seal_number": story.first, "by": story.by, "at": _at(4, 1)}
    event = actions.give_figure("nifs-supported", **fields, command=uuid.uuid4())
    assert event.facts["stated"] == [["supported", "", "", "66"], ["lines", "", "over", "100"]] and "count" not in event.facts
    assert "over 100" in sign_in(story.by).see(f"/figures/given/{event.pk}/")
    assert "own cases" in sign_in(story.by).see("/figures/itsp-approved/?as-at=2026-03-31")
    assert '"over"' in terminal.told("nifs-supported", as_at=date(2025, 12, 31), as_known=None, is_json=True)
