"""Proves what is counted of all applicants together, and who applies when — e.g. three institutes; R&D Centres to ITSP all year."""

import threading
import uuid
from datetime import UTC, datetime

from django.db import connections, transaction

from millrace.core.policy_folder import read
from millrace.core.rules import judge
from millrace.core.rules.verdict import Outcome
from millrace.registers.timeline import actions as timeline
from millrace.stages.apply import facts, locks
from millrace.stages.apply.actions import drafts
from millrace.stages.apply.conftest import EARLY
from millrace.stages.apply.models import Draft
from millrace.testing.making import NOON
from millrace.testing.policies import HONG_KONG, files_of

SCHEME = "life-health-institutes"


def test_an_institute_of_any_university_counts_and_two_decisions_do_not_count_at_once(make):
    book = read.policy(files_of(HONG_KONG)).schemes[SCHEME].versions[-1]
    for status in ("approved", "in_force", "refused"):
        make.case(scheme=SCHEME, status=status, approved_cents=1_000_000_00)
    waiting = make.case(scheme=SCHEME, status="recommended")
    applying = facts.Applying(waiting.lead, None, waiting, NOON.date())
    seen = []

    def count() -> None:
        try:
            with transaction.atomic():
                locks.lock_what_others_share(book)
                seen.append(facts.computed(book, applying))
        finally:
            connections.close_all()

    count_of_two = facts.computed(book, applying)
    assert count_of_two["institutes_set_up"].value == 2
    with transaction.atomic():
        locks.lock_what_others_share(book)
        other = threading.Thread(target=count)
        other.start()
        other.join(0.5)
        assert other.is_alive() and seen == []
        make.case(scheme=SCHEME, status="approved", approved_cents=1_000_000_00)
    other.join(10)
    assert seen[0]["institutes_set_up"].value == 3
    said = {n: judge.judge(book, told, on=NOON.date()).rules for n, told in ((2, count_of_two), (3, seen[0]))}
    outcomes = {n: next(rule.outcome for rule in rules if rule.rule == "three-institutes") for n, rules in said.items()}
    assert outcomes == {2: Outcome.PASS, 3: Outcome.FAIL}


def test_an_rd_centre_applies_all_year_and_a_university_in_the_exercise(make, published):
    june = datetime(2024, 6, 3, 4, tzinfo=UTC)
    codes = {}
    for kind, registered in (("rd_centre", "hk_cr"), ("university", "hk_university")):
        organisation = make.organisation(kind=kind, registration_kind=registered, at=EARLY)
        by = make.member(organisation, "member", at=EARLY)
        opened = drafts.open_draft(organisation, scheme="itsp", by=by, at=june, command=uuid.uuid4())
        codes[kind] = Draft.objects.get(case=opened.case).call.code
    assert codes == {"rd_centre": "all-year", "university": "2024"}


def test_what_a_start_up_has_counts_over_all_universities_by_year_and_stream_and_two_decisions_wait(make, published):
    book = read.policy(files_of(HONG_KONG)).schemes["tsssu"].versions[-1]
    officer = make.person(powers=("authority",))
    told = [
        ("hk_br:12345678", "tsssu_o", "in_force", 1, NOON),
        ("hk_br:12345678", "tsssu_o", "approved", 2, NOON),
        ("hk_br:12345678", "tsssu_plus", "in_force", 4, NOON),
        ("hk_br:87654321", "tsssu_o", "in_force", 8, NOON),
        ("hk_br:12345678", "tsssu_o", "refused", 16, NOON),
        ("hk_br:12345678", "tsssu_o", "in_force", 32, EARLY),
    ]
    for beneficiary, stream, status, cents, at in told:
        case = make.case(scheme="tsssu", beneficiary=beneficiary, stream=stream, status=status, approved_cents=cents, at=at)
        timeline.record("decision_made", command=uuid.uuid4(), by=officer, at=at, case=case, facts={"outcome": "approved"})
    waiting = make.case(scheme="tsssu", stream="tsssu_o", status="selected", beneficiary="hk_br:12345678")
    applying = facts.Applying(waiting.lead, None, waiting, NOON.date(), "tsssu_o", waiting.beneficiary)
    assert facts.computed(book, applying)["startup_granted_in_year_in_stream"].value == 3
    nobody = facts.Applying(waiting.lead, None, waiting, NOON.date(), "tsssu_o")
    assert "startup_granted_in_year_in_stream" not in facts.computed(book, nobody)
    done = threading.Event()

    def decide() -> None:
        try:
            with transaction.atomic():
                locks.lock_what_others_share(book, waiting.beneficiary)
                done.set()
        finally:
            connections.close_all()

    with transaction.atomic():
        locks.lock_what_others_share(book, waiting.beneficiary)
        other = threading.Thread(target=decide)
        other.start()
        assert not done.wait(0.5)
    other.join(10)
    assert done.is_set()
