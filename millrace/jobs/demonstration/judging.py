"""How a case is judged: screening, a question back, declarations, reviews, the committee, the authority and the offer.

For example: passed on 14 March, one assessor in conflict, supported on 25 April, HK$6m approved by the authority within limit.
"""

from datetime import timedelta

from millrace.jobs.demonstration.cast import Cast, Side
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.stages.apply import terms
from millrace.stages.apply.actions import submission, thread
from millrace.stages.apply.models import Submission
from millrace.stages.assess import actions as assess
from millrace.stages.assess import guard
from millrace.stages.assess.actions.recommendations import Advice, Held
from millrace.stages.award import actions as award
from millrace.stages.award.models import Offer

QUESTION = "May the second machine stand in another building of the same estate? 第二台機器可否設於同一邨內的另一座大廈？（虛構）"
REPLY = "It may; name both addresses in the first report. 可以；請於首份報告列明兩個地址。（虛構）"
WAITING = "Will the committee meet before the new year? 委員會會否在新年前開會？（虛構）"
BREAKS = {"nifs": "smart-line", "raise-plus": "transformation"}


def screened(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """This will screen a case, some after a question to the applicant or one of theirs; it may end as ineligible, or go on where that
    was an error. What is asked once all is found in order waits for its reply."""
    officer = cast.one("officer", tale)
    yield tale.pause(4, 10)
    if tale.number % 11 == 3:
        tale.act(thread.write_message, case, body=QUESTION, is_from_funder=False, by=side.writer)
        tale.at += timedelta(minutes=40)
        yield tale.at
        tale.act(thread.write_message, case, body=REPLY, is_from_funder=True, by=officer)
    if tale.ending == "information_needed" or tale.number % 10 == 0:
        due = tale.today + timedelta(days=28)
        asked = [("", "Please send the supplier's quotation for the second machine. 請提交第二台機器的報價。")]
        tale.act(assess.ask_back, case, questions=asked, due_on=due, by=officer)
        if tale.ending == "information_needed":
            return
        yield tale.pause(3, 9)
        tale.act(assess.answer_questions, case, answers={1: "It is enclosed as file 2. 已附上。"}, by=side.writer)
        yield tale.pause(1, 4)
    submission = Submission.objects.get(case=case)
    chosen = policy.rows_in_force(case.scheme, terms.local_day(submission.submitted_at))[-1] if submission.is_in_doubt else None
    if tale.ending == "ineligible" or tale.number % 40 == 12:
        reasons = [BREAKS[case.scheme]]
        tale.act(assess.record_screening, case, outcome="ineligible", reasons=reasons, version=chosen, by=officer)
        if tale.ending == "ineligible":
            return
        yield tale.pause(2, 5)
        colleague = next(person for person in cast.staff["officer"] if person != officer)
        tale.act(assess.reverse_ineligible, case, reason="rule_misapplied", by=colleague)
        yield tale.pause(1, 3)
    tale.act(assess.record_screening, case, outcome="passed", version=chosen, by=officer)
    if tale.ending == "screened":
        yield tale.pause(3, 6)
        tale.act(thread.write_message, case, body=WAITING, is_from_funder=False, by=side.writer)


def assessed(cast: Cast, case: Case, tale: Tale) -> Telling:
    """This will ask assessors and members, take their declarations (some in conflict) and the reviews."""
    officer = cast.one("officer", tale)
    yield tale.pause(3, 8)
    case.refresh_from_db()
    book = terms.of_row(case.scheme_version).book
    steps = guard.workflow(book, case.track, case.stream)
    experts = _some(cast.staff["assessor"], tale, 2 if tale.number % 3 == 1 else 1)
    # The step is only illustrative under NIFS: half of its cases go without.
    is_reviewed = "expert_review" in steps and (case.scheme != "nifs" or tale.number % 2 == 0)
    people = [(person, "expert") for person in experts] if is_reviewed else []
    if "business_review" in steps:
        people.append((_some(cast.staff["assessor"], tale, 3)[2], "business"))
    called = members(cast, tale)
    people += [(person, "committee") for person in called]
    tale.act(assess.assign_assessors, case, people=people, due_on=tale.today + timedelta(days=30), by=officer)
    if tale.ending == "under_assessment":
        return
    yield tale.pause(2, 5)
    for position, (person, role) in enumerate(people):
        is_conflict = position == 1 and role == "expert" and tale.number % 2 == 0
        kind = "collaboration" if is_conflict else ""
        tale.soon()
        tale.act(assess.declare_interest, case, is_conflict=is_conflict, kind=kind, by=person)
        if role != "committee" and not is_conflict:
            yield tale.pause(1, 4)
            reviewed(case, person, role, tale)


def reviewed(case: Case, person: Person, role: str, tale: Tale) -> None:
    """This will write one review: marks by the scheme's own criteria."""
    criteria = terms.of_row(case.scheme_version).book.criteria
    low, high = (30, 55) if tale.ending in ("refused", "not_recommended") else (60, 95)
    marks = {one.id: tale.dice.randint(low, high) for one in criteria}
    words = "Sound and well led (invented)." if low > 50 else "The case for the line is weak (invented)."
    fields = {"role": role, "marks": marks, "comments": {}, "summary": words, "is_supporting": low > 50}
    tale.act(assess.submit_review, case, **fields, by=person)


def members(cast: Cast, tale: Tale) -> list[Person]:
    """This will name the members called: three for every fourth case, else two."""
    return _some(cast.staff["committee"], tale, 3 if tale.number % 4 == 0 else 2)


def _some(people: list[Person], tale: Tale, count: int) -> list[Person]:
    return [people[(tale.number + step) % len(people)] for step in range(count)]


def advised(cast: Cast, case: Case, amount_cents: int, tale: Tale) -> Telling:
    """This will hold the committee's meeting on a case and record its advice."""
    if tale.ending in ("under_assessment", "reviewed"):
        return
    yield tale.pause(8, 18)
    secretary = cast.staff["officer"][(tale.number + 1) % len(cast.staff["officer"])]
    held = Held(tale.today, members(cast, tale))
    if tale.ending in ("refused", "not_recommended"):
        advice = Advice("not_recommended", reasons="The budget is high for what it would do (invented).", reason_codes=["budget"])
    else:
        advice = Advice("recommended", amount_cents=amount_cents, reasons="Supported as it stands (invented).")
    tale.act(assess.record_recommendation, case, held=held, advice=advice, by=secretary)


def decided(cast: Cast, case: Case, amount_cents: int, tale: Tale) -> Telling:
    """This will have the authority decide within its limit; an approval makes the offer."""
    if tale.ending in ("recommended", "not_recommended"):
        return
    yield tale.pause(4, 12)
    authority = cast.staff["authority"][0 if amount_cents <= 20_000_000_00 else 1]
    if tale.ending == "refused":
        criterion = terms.of_row(case.scheme_version).book.criteria[-1].id
        tale.act(award.decide, case, outcome="refused", reasons=[criterion], by=authority)
        return
    conditions = ["The line is insured from its first day (invented)."] if tale.number % 4 == 0 else []
    tale.act(award.decide, case, outcome="approved", amount_cents=amount_cents, conditions=conditions, by=authority)


def answered(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """This will answer the offer, or let it lapse."""
    if tale.ending == "approved":
        return
    if tale.ending == "lapsed":
        offer = Offer.objects.get(case=case)
        yield tale.on(offer.lapses_on + timedelta(days=1))
        tale.act(award.lapse_offer, offer, by=cast.system)
        return
    yield tale.pause(5, 20)
    if tale.ending == "declined":
        tale.act(award.decline_offer, case, by=side.signatory)
        return
    tale.act(award.accept_offer, case, by=side.signatory)


def judged(cast: Cast, case: Case, side: Side, amount_cents: int, tale: Tale) -> Telling:
    """This will take a submitted case through every step up to the applicant's answer, as far as its tale goes."""
    if tale.ending == "withdrawn":
        yield tale.pause(4, 12)
        tale.act(submission.withdraw_application, case, by=side.signatory)
        return
    yield from screened(cast, case, side, tale)
    if tale.ending in ("information_needed", "ineligible", "screened"):
        return
    yield from assessed(cast, case, tale)
    yield from advised(cast, case, amount_cents, tale)
    if tale.ending in ("under_assessment", "reviewed"):
        return
    yield from decided(cast, case, amount_cents, tale)
    if tale.ending in ("recommended", "not_recommended", "refused"):
        return
    yield from answered(cast, case, side, tale)
