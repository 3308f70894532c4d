"""The desk's first page: numbers that open their cases, pictures with their tables, nothing of a conflict — e.g. four cases granted."""

import csv
import io
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from millrace.core import pipeline
from millrace.core.ledger import Envelope
from millrace.desks.policy import asked as asking
from millrace.desks.policy import gathering, pictures, standing
from millrace.registers.cases import actions as cases
from millrace.registers.cases.models import Party
from millrace.registers.ledger.queries import EnvelopeState
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import queries as learn
from millrace.testing import counting
from millrace.testing.making import NOON

AT = datetime(2025, 5, 20, 4, tzinfo=UTC)
EARLY, LATE = date(2024, 2, 1), date(2025, 3, 3)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    gathering.forget()


@pytest.fixture
def told(hong_kong: Any, make: Any) -> Any:
    """Cases as their sheets tell them: `told("nifs", lead, approved_on=…)`."""
    by = make.person()

    def tell(scheme: str, lead: Any, *, partner: Any = None, **values: Any) -> Any:
        status = values.pop("status", "in_force" if "approved_on" in values else "submitted")
        case = make.case(scheme=scheme, status=status, lead=lead, at=AT)
        if partner is not None:
            Party.objects.create(case=case, organisation=partner, role="partner", joined_at=AT)
        columns = {"scheme": scheme, "status": status, "unit": "HKD", "received_on": "2024-01-08", **values}
        timeline.record(
            "case_corrected",
            command=uuid.uuid4(),
            by=by,
            at=AT,
            case=case,
            facts={"corrected_kind": ""},
            sheet={name: value.isoformat() if isinstance(value, date) else value for name, value in columns.items()},
            sheet_from=date(2024, 1, 8),
        )
        return case

    return tell


def sealed() -> Seal:
    sealer.seal(AT)
    sheet.project()
    return learn.last_seal()


def asked(seal: Seal, as_at: date = LATE, hidden: tuple[int, ...] = ()) -> asking.Asked:
    return asking.Asked(as_at, seal, learn.last_seal(), hidden, learn.papers_known(seal.number, "funder", "blueprint", "funds"))


@pytest.fixture
def chain(told: Any, make: Any) -> dict[str, Any]:
    """A university funded upstream and then midstream with a company, which is then funded downstream; and one only there."""
    university, company, other = make.organisation(), make.organisation(), make.organisation()
    return {
        "upstream": told("itsp", university, approved_on=EARLY, approved_cents=300, partner_places=["Shenzhen", "HK"]),
        "midstream": told("raise-plus", university, partner=company, approved_on=date(2024, 6, 3), approved_cents=500),
        "downstream": told("nifs", company, approved_on=date(2025, 1, 6), approved_cents=700, partner_places=["Shenzhen"]),
        "alone": told("nifs", other, approved_on=date(2024, 3, 4), approved_cents=900),
        "open": told("nifs", other),
        "withdrawn": told("nifs", university, status="withdrawn", approved_on=date(2024, 9, 2), withdrawn_on=date(2024, 9, 9)),
    }


def test_organisations_go_on_along_the_chain(chain: Any) -> None:
    seal = sealed()
    found = standing.flows(asked(seal))
    assert found.totals == {"upstream": 1, "midstream": 2, "downstream": 2}
    assert found.between == {("upstream", "midstream"): 1, ("midstream", "downstream"): 1}
    assert standing.flows(asked(seal, date(2024, 6, 2))).between == {}
    company = chain["downstream"].lead_id
    assert standing.organisations_on_a_way(asked(seal), "midstream", "downstream") == [company]
    assert standing.organisations_on_a_way(asked(seal), standing.NONE, "midstream") == [company]
    assert len(standing.organisations_on_a_way(asked(seal), "downstream", standing.NONE)) == 2
    assert standing.organisations_on_a_way(asked(seal), "lunch", "downstream") == []


def test_a_seal_keeps_its_answer_when_a_party_comes_later(chain: Any, make: Any) -> None:
    seal = sealed()
    before = standing.flows(asked(seal))
    Party.objects.create(case=chain["upstream"], organisation=make.organisation(), role="partner", joined_at=AT.replace(year=2026))
    Party.objects.filter(case=chain["midstream"]).update(left_at=AT.replace(year=2026))
    assert standing.flows(asked(seal)) == before


def test_cases_are_counted_where_they_stand_and_how_far_they_came(chain: Any) -> None:
    found = standing.by_scheme(asked(sealed()))
    assert {state: count for state, count in found["nifs"].states.items() if count} == {"in_force": 2, "screening": 1, "ended": 1}
    assert found["nifs"].steps["received"] == 4 and found["nifs"].steps["approved"] == 3
    assert found["nifs"].approved == {"HKD": 1600}
    assert set(found["itsp"].states) == set(pipeline.STATES)


def test_partners_are_counted_by_place(chain: Any) -> None:
    assert standing.partners(asked(sealed()), "HKD") == {"Shenzhen": (2, 1000), "HK": (1, 300)}


def test_every_number_opens_its_cases(chain: Any, make: Any, sign_in: Any) -> None:
    seal = sealed()
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    page = officer.see(f"/policy/?as-at=2025-03-03&seal={seal.number}")
    tail = f"as-at=2025-03-03&seal={seal.number}"
    for narrowing, names in {
        "scheme=nifs": ("downstream", "alone", "open", "withdrawn"),
        "state=in_force&scheme=nifs": ("downstream", "alone"),
        "state=ended&scheme=nifs": ("withdrawn",),
        "place=Shenzhen": ("upstream", "downstream"),
        "source=midstream&target=downstream": ("midstream", "downstream"),
        "source=none&target=upstream": ("upstream",),
        "source=downstream&target=none": ("downstream", "alone"),
    }.items():
        address = f"/policy/cases/?{narrowing}&{tail}"
        assert address.replace("&", "&amp;") in page, narrowing
        listed = officer.see(address)
        assert {name for name, case in chain.items() if case.reference in listed} == set(names), narrowing
    assert chain["open"].reference in officer.see(f"/policy/cases/?step=received&{tail}")
    assert chain["open"].reference not in officer.see(f"/policy/cases/?step=lunch&{tail}")
    assert chain["upstream"].reference not in officer.see(f"/policy/cases/?part=downstream&{tail}")
    officer.see("/policy/cases/", 404)


def test_what_was_known_earlier_is_shown_again_and_a_later_seal_says_the_new(chain: Any, told: Any, make: Any, sign_in: Any) -> None:
    first = sealed()
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    address = f"/policy/?as-at=2025-03-03&seal={first.number}"
    before = officer.see(address)
    told("nifs", make.organisation(), approved_on=date(2025, 2, 3), approved_cents=100)
    second = sealed()
    gathering.forget()
    assert numbers_of(officer.see(address)) == numbers_of(before)
    assert numbers_of(officer.see("/policy/?as-at=2025-03-03")) != numbers_of(before)
    assert f"seal={second.number}" in officer.see("/policy/?as-at=2025-03-03")
    officer.see(f"/policy/?seal={second.number + 1}", 422)
    officer.see("/policy/?as-at=yesterday", 422)


def numbers_of(page: str) -> str:
    return page[page.index('id="pipeline"') : page.index('id="drafts"')]


@pytest.mark.parametrize("name", ["chain", "partners", "burn-down", "funnel", "targets"])
def test_a_picture_stands_on_its_own_page_with_its_table_and_file(chain: Any, make: Any, sign_in: Any, name: str) -> None:
    sealed()
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    page = officer.see(f"/policy/pictures/{name}/?as-at=2025-03-03")
    assert ('role="img"' in page) is (name != "burn-down")
    if name == "burn-down":
        assert "There is nothing to draw yet" in page
        officer.see(f"/policy/pictures/{name}/download/", 404)
        return
    assert "<title id=" in page and "<desc id=" in page and "As a table" in page
    download = page.split(f'href="/policy/pictures/{name}/download/')[1].split('"')[0].replace("&amp;", "&")
    answer = officer.client.get(f"/policy/pictures/{name}/download/{download}")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert answer["Content-Type"] == "text/csv; charset=utf-8" and len(rows) > 1
    assert all(len(row) == len(rows[0]) for row in rows)
    officer.see(f"/policy/pictures/{name}/?as-at=2025-03-03&of=no-such-thing", 404 if name in ("funnel", "targets") else 200)


def test_there_is_no_picture_of_another_name_and_none_for_others(chain: Any, make: Any, sign_in: Any) -> None:
    sealed()
    sign_in(make.person(powers=("policy",), at=NOON)).see("/policy/pictures/lunch/", 404)
    for address in ("/policy/", "/policy/pictures/chain/", "/policy/pictures/chain/download/", "/policy/cases/?as-at=2025-03-03"):
        sign_in(make.person(powers=("officer",), at=NOON)).see(address, 404)


def test_a_conflicted_case_is_in_no_number_and_not_in_what_is_kept_for_another(chain: Any, make: Any, sign_in: Any) -> None:
    seal = sealed()
    address = f"/policy/?as-at=2025-03-03&seal={seal.number}"
    free, closed = make.person(powers=("policy",), at=NOON), make.person(powers=("policy",), at=NOON)
    for case in (chain["upstream"], chain["open"]):
        cases.grant_standing(closed, case, "conflicted", by=make.system(), at=NOON)
    everything = numbers_of(sign_in(free).see(address))
    without = numbers_of(sign_in(closed).see(address))
    assert numbers_of(sign_in(free).see(address)) == everything != without
    assert "/policy/cases/?scheme=itsp" in everything and "/policy/cases/?scheme=itsp" not in without
    assert "state=screening" in everything and "state=screening" not in without
    assert "source=none&amp;target=upstream" in everything and "source=none&amp;target=upstream" not in without
    assert "HK$3" in everything  # the money of Hong Kong's tile: a partner in the case that is closed to the other
    listed = sign_in(closed).see(f"/policy/cases/?source=none&target=midstream&as-at=2025-03-03&seal={seal.number}")
    assert chain["upstream"].reference not in listed


def test_rules_published_and_not_yet_in_force_are_told_with_what_they_change(hong_kong: Any, make: Any, sign_in: Any) -> None:
    sealed()
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    page = officer.see("/policy/?as-at=2024-01-07")
    assert "/policy/compare/nifs/?before=v1&amp;after=v2" in page and "until then:" in page
    assert "/policy/compare/nifs/?before=v1&amp;after=v2" not in officer.see("/policy/?as-at=2024-01-08")
    assert "No published rule waits for its day." in officer.see("/policy/?as-at=2099-01-01")


def test_a_target_stands_beside_what_came_of_it_by_then(hong_kong: Any, make: Any, sign_in: Any) -> None:
    seal = sealed()
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    page = officer.see(f"/policy/?as-at=2025-08-01&seal={seal.number}")
    assert f'<a href="/figures/smart-production-lines/?as-at=2025-08-01&amp;seal={seal.number}">over 100</a> (30 July 2025)' in page
    assert "1.13%" not in officer.see("/policy/?as-at=2024-06-01") and "1.13%" in page
    assert "a wider definition than that of the base" in page


def test_an_empty_house_says_that_it_is_empty(hong_kong: Any, make: Any, sign_in: Any) -> None:
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    sealed()
    page = officer.see("/policy/")
    assert "No application was received yet." in page and "No envelope has been funded yet." in page
    assert "There is nothing to draw yet." in page and "No draft is approved and waiting." in page
    assert policy.is_published()


def test_a_house_without_a_policy_says_so(db_clone: Any, make: Any, sign_in: Any) -> None:
    page = sign_in(make.person(powers=("policy",), at=NOON)).see("/policy/")
    assert "No policy is published yet" in page


def test_a_file_runs_nothing_in_a_spreadsheet() -> None:
    from millrace.desks.policy import pictures

    shown = pictures.Shown("x", "", "", None, ("a", "b"), ((pictures.text("=1+1"), pictures.count(3)),))
    assert shown.csv() == "a,b\r\n'=1+1,3\r\n"


def test_asked_again_it_asks_who_asks_and_little_more(chain: Any, make: Any, sign_in: Any) -> None:
    sealed()
    assert len(asked_of := counting.questions(sign_in(make.person(powers=("policy",), at=NOON)).client, "/policy/")) <= 8, asked_of


def test_an_envelope_below_zero_on_a_past_day_has_a_table_and_no_picture(hong_kong: Any) -> None:
    of, days = Envelope("itf", "nifs", "HKD"), [date(2025, 5, 31), date(2025, 6, 30)]
    below, whole = EnvelopeState(of, available=-5_00, committed=5_00), EnvelopeState(of, available=5_00, committed=5_00)
    shown = pictures.of_envelope("itf", "NIFS", "HKD", days, [below, whole])
    assert shown.picture is None and len(shown.rows) == 2 and shown.notes and "5" in shown.rows[0][1].text
    assert pictures.of_envelope("itf", "NIFS", "HKD", days, [whole, whole]).picture is not None
