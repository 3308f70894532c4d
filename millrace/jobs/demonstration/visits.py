"""The visits for exchange of the story, each invented and marked so — e.g. two companies three days in Shenzhen in May 2025."""

from datetime import date

from millrace.jobs.demonstration.cast import Cast
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.stages.plan import exchange

WHO = "Officer of the industry office (invented) 工業專員辦事處人員（虛構）"
# The day it begins, how many days, the place, the aim, what it was for, and which companies of the story went.
VISITS = (
    (date(2024, 11, 18), 2, "Shenzhen", "technology", "To see pilot lines for power modules (invented) 參觀功率模組中試線（虛構）", (0, 1)),
    (
        date(2025, 5, 12),
        3,
        "Shenzhen",
        "partners",
        "To find makers of sensor boards as partners (invented) 物色感測電路板夥伴（虛構）",
        (2, 3, 4),
    ),
    (date(2026, 3, 9), 1, "Dongguan", "project", "To see the work of a joint project (invented) 視察合作項目（虛構）", (5,)),
)


def told(cast: Cast, tale: Tale) -> Telling:
    """This will record each visit a few days after it was over."""
    yield tale.at
    for day, days, place, aim, why, companies in VISITS:
        yield tale.on(day.replace(day=day.day + days + 2))
        sides = [cast.companies[number % len(cast.companies)] for number in companies]
        numbers = tuple(side.organisation.registration_number for side in sides)
        who = "\n".join([WHO, *(f"{side.writer.name}, {side.organisation.name}" for side in sides)])
        said = exchange.Told(place, day, day.replace(day=day.day + days - 1), aim, why, who, "A host (invented) 接待機構（虛構）", numbers)
        tale.act(exchange.record_exchange_visit, said, by=cast.one("policy", tale), is_demonstration=True)
