"""Proves what is counted of all applicants together, and who applies when — e.g. three institutes; R&D Centres to ITSP all year."""

import threading
import uuid
from datetime import UTC, datetime

from django.db import connections, transaction

from millrace.core.policy_folder import read
from millrace.core.rules import judge
from millrace.core.rules.verdict import Outcome
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
                locks.lock_what_all_share(book)
                seen.append(facts.computed(book, applying))
        finally:
            connections.close_all()

    count_of_two = facts.computed(book, applying)
    assert count_of_two["institutes_set_up"].value == 2
    with transaction.atomic():
        locks.lock_what_all_share(book)
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
