"""Reports are dated by the terms and follow an extension — e.g. 18 months with a report each half-year are two progress reports and
a final one."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from millrace.core import months, reports

HALF_YEARLY = reports.Schedule(6, 30, 90, is_audited=True)


def test_eighteen_months_are_two_progress_reports_and_a_final_one() -> None:
    planned = reports.plan(HALF_YEARLY, date(2025, 4, 1), date(2026, 10, 1))
    assert [(one.kind, one.covers_before, one.due_on, one.is_audited) for one in planned] == [
        ("progress", date(2025, 10, 1), date(2025, 10, 31), False),
        ("progress", date(2026, 4, 1), date(2026, 5, 1), False),
        ("final", date(2026, 10, 1), date(2026, 12, 30), True),
    ]
    assert [reports.from_data(one.to_data()) for one in planned] == list(planned)


def test_an_extension_adds_a_progress_report_and_moves_the_final_one() -> None:
    planned = reports.plan(HALF_YEARLY, date(2025, 4, 1), date(2026, 10, 1))
    later = reports.moved(planned, date(2025, 4, 1), date(2027, 4, 1), reported={1})
    assert later[:2] == planned[:2]
    assert [(one.number, one.kind, one.covers_before) for one in later[2:]] == [
        (3, "progress", date(2026, 10, 1)),
        (4, "final", date(2027, 4, 1)),
    ]
    assert reports.moved((), date(2025, 4, 1), date(2027, 4, 1)) == ()


@given(st.integers(0, 24), st.integers(1, 80), st.integers(1, 60), st.sets(st.integers(1, 10)))
def test_reports_stay_in_order_and_what_was_handed_in_stays(every: int, length: int, more: int, reported: set[int]) -> None:
    starts = date(2024, 1, 31)
    planned = reports.plan(reports.Schedule(every, 14, 60, is_audited=False), starts, months.after(starts, length))
    handed_in = {one.number for one in planned if one.kind == reports.PROGRESS and one.number in reported}
    later = reports.moved(planned, starts, months.after(starts, length + more), reported=handed_in)
    assert [one for one in later if one.number in handed_in] == [one for one in planned if one.number in handed_in]
    assert [one.number for one in later] == list(range(1, len(later) + 1))
    assert [one.due_on for one in later] == sorted(one.due_on for one in later)
    assert [one.kind for one in later].count(reports.FINAL) == 1 and later[-1].covers_before == months.after(starts, length + more)


def test_only_what_is_past_its_day_and_not_handed_in_is_overdue() -> None:
    planned = reports.plan(HALF_YEARLY, date(2025, 4, 1), date(2026, 10, 1))
    due = planned[0].due_on
    assert reports.overdue(planned, (), due) == ()
    assert reports.overdue(planned, (), due + timedelta(days=1)) == planned[:1]
    assert reports.overdue(planned, {1}, due + timedelta(days=1)) == ()


def test_every_stated_figure_stands_beside_the_books() -> None:
    books = reports.Books(10_000_00, {"machinery": 25_000_00, "patents": 2_000_00}, 500_00)
    stated = {"received": 10_000_00, "spent:machinery": 24_000_00, "spent:travel": 100_00, "unspent": 500_00}
    found = {(one.of, one.head): one.difference_cents for one in reports.reconciled(stated, books)}
    assert found == {
        ("received", ""): 0,
        ("spent", "machinery"): -1_000_00,
        ("spent", "patents"): -2_000_00,
        ("spent", "travel"): 100_00,
        ("unspent", ""): 0,
    }
