"""What is asked before anyone applies in the story, each invented and marked so — e.g. whether NIFS pays for a second-hand machine.

Most are answered within days; the last ones wait, so that a desk has something to answer.
"""

from datetime import date, timedelta

from millrace.jobs.demonstration.cast import Cast
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.stages.call import enquiring
from millrace.stages.call.models import Enquiry

SOMEONE = "Somebody of a company (invented) 某公司職員（虛構）"
# The day, the way, the scheme, which company of the story asked (none: one not registered), what, and after how many days which answer.
ENQUIRIES: tuple[tuple[date, str, str, int | None, str, int | None, str], ...] = (
    (
        *(date(2024, 9, 3), "phone", "nifs", 0, "Whether a second-hand machine counts (invented) 二手機器是否計算在內（虛構）"),
        *(1, "Pointed to the guide and the finder (invented) 已告知參閱指引及計劃搜尋（虛構）"),
    ),
    (
        *(
            date(2024, 11, 12),
            "occasion",
            "",
            None,
            "Which scheme suits a start-up (invented) 初創適合哪項計劃（虛構）",
        ),
        *(0, "Shown the finder (invented) 已示範計劃搜尋（虛構）"),
    ),
    (
        *(date(2025, 2, 18), "mail", "raise-plus", 2, "When the next exercise opens (invented) 下一輪何時開始（虛構）"),
        *(3, "Told where calls are announced (invented) 已告知在何處公布（虛構）"),
    ),
    (
        *(date(2025, 7, 8), "phone", "nifs", 3, "Whether two lines are one project (invented) 兩條生產線是否屬同一項目（虛構）"),
        *(2, "Advised to describe both in one draft (invented) 建議在同一草稿中說明（虛構）"),
    ),
    (
        *(date(2025, 10, 21), "in_person", "nias", None, "How the threshold is worked out (invented) 門檻如何計算（虛構）"),
        *(6, "The clause was read together (invented) 已一同閱讀有關條文（虛構）"),
    ),
    (
        *(date(2026, 4, 14), "mail", "itsp", 4, "Whether a Mainland partner may join later (invented) 內地夥伴可否其後加入（虛構）"),
        *(None, ""),
    ),
    (
        *(date(2026, 5, 19), "phone", "", None, "Where a pilot line can be hired (invented) 何處可租用中試線（虛構）"),
        *(None, ""),
    ),
)


def told(cast: Cast, tale: Tale) -> Telling:
    """This will record each enquiry on its day, and its answer some days later."""
    yield tale.at
    for day, way, scheme, company, question, days, answer in ENQUIRIES:
        yield tale.on(day)
        side = cast.companies[company % len(cast.companies)] if company is not None else None
        who = side.writer.name if side else SOMEONE
        number = side.organisation.registration_number if side else ""
        said = enquiring.Told(tale.today, way, who, question, scheme, number)
        event = tale.act(enquiring.record_enquiry, said, by=cast.one("officer", tale), is_demonstration=True)
        if days is not None:
            yield tale.on(tale.today + timedelta(days=days))
            held = Enquiry.objects.get(event=event)
            tale.act(enquiring.answer_enquiry, held, answered_on=tale.today, answer=answer, by=cast.one("officer", tale))
