"""Counts in calendar months, as agreements do — e.g. 18 months from 31 August 2024 end on 28 February 2026."""

from datetime import date, timedelta


def after(day: date, months: int) -> date:
    """This will give the day so many months later; the 31st becomes the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def between(start: date, end: date) -> int:
    """This will count the months from one day to another, a begun one counting whole: what a limit of so many months is held against."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months + (after(start, months) < end)


def ends(on: date, count: int) -> list[date]:
    """This will list the last days of the `count` months before that of `on`, and `on` itself, oldest first."""
    days, first = [on], on.replace(day=1)
    for _month in range(count):
        days.append(first - timedelta(days=1))
        first = days[-1].replace(day=1)
    return days[::-1]
