"""Proves what a forecast is made of: open cases by the same reader, promises as the ledger holds them, on any day as known at any seal."""

import pytest

from millrace.core.forecast import Range
from millrace.core.rules import facts, judge
from millrace.core.rules.verdict import Outcome
from millrace.registers.cases.models import Verdict
from millrace.registers.ledger import queries as ledger
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.award.conftest import ENVELOPE, award, company, published, story  # noqa: F401  # fixtures are found by name here
from millrace.stages.learn import forecasting, foretold, queries
from millrace.stages.plan import past as copies
from millrace.testing.judged import SECOND_APPLICATION

TEN = 10_000_000_00


def sealed(at):
    sealer.seal(at)
    sheet.project()
    return queries.last_seal()


def told(award, draft=None, **asked):  # noqa: F811  # the fixture of that name
    seal = asked.pop("seal", None) or sealed(award.story.at)
    return forecasting.of_scheme("nifs", on=asked.pop("on", award.story.at.date()), seal=seal, draft=draft, **asked)


def test_a_case_goes_from_open_to_promised_and_every_day_keeps_its_answer(award):  # noqa: F811  # as above
    open_on, before = award.story.at.date(), told(award)
    assert before.forecast.commitment == Range(0, None, TEN) and before.forecast.promised == 0
    assert [(one.name, one.count, one.history.decided) for one in before.forecast.stages] == [("recommended", 1, 0)]
    assert before.forecast.exceeds(before.envelope.available, "high") is None
    assert before.forecast.exceeds(TEN - 1, "high") == "2024-25"
    award.decide()
    offered = told(award)
    assert offered.forecast.promised == TEN == offered.envelope.reserved and offered.forecast.commitment == Range()
    award.accept()
    agreed = told(award)
    assert agreed.forecast.promised == TEN == ledger.envelope_state(ENVELOPE).committed
    assert agreed.forecast.cash == Range(TEN, TEN, TEN) and agreed.forecast.curve.agreement_count == 1
    assert {year.year: year.promised for year in agreed.forecast.years} == {"2026-27": TEN}
    for asked in ({"seal": before.seal}, {"on": open_on}):
        again = told(award, **asked).forecast
        assert (again.commitment, again.promised) == (before.forecast.commitment, 0)
    assert told(award, visible=set()).forecast.cash == Range()


def test_what_is_told_says_it_is_a_forecast_and_what_it_assumes(award):  # noqa: F811  # as above
    found = told(award)
    data, lines = foretold.as_data(found), list(foretold.lines(found))
    assert data["is_forecast"] and data["commitment"] == {"low": 0, "expected": None, "high": TEN} and data["assumptions"]
    assert data["stages"][0]["share_basis_points"] is None and any("not enough decided cases" in line for line in lines)


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_open_cases_get_what_the_reader_gives_them_one_by_one(submitted_case, version):
    """A second application, a dear one, one whose limits rest on what was declared: under every version."""
    dear = {"total_cost": 6_000_000_000, "own_money": 4_500_000_000, "open_projects": 0, "granted_total": 4_000_000_000}
    for more in ({}, dear, {"open_projects": {"value": 0, "standing": "declared"}}, {"own_money": 1}):
        submitted_case({**SECOND_APPLICATION, **more})
    book = policy.scheme("nifs").version(version)
    for bound, cases in copies.of_scheme("nifs")[1]:
        amounts, known = forecasting.given_by(book, bound, cases)
        rows = Verdict.objects.in_bulk(cases.verdicts.tolist())
        for place, number in enumerate(cases.verdicts.tolist()):
            row = rows[number]
            said = judge.judge(book, facts.read_known(book.vocabulary.facts, row.facts), on=row.judged_on)
            expected = 0 if said.fit is Outcome.FAIL else said.amount_cents
            assert bool(known[place]) == (expected is not None) and (expected is None or int(amounts[place]) == expected)
