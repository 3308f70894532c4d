"""The copy of past cases: extended by what was judged since, made again when it is lost, damaged or another history's, and never wrong."""

import json
import uuid
from concurrent import futures
from dataclasses import replace

import pytest
from django.db import connection, transaction

from millrace.core.rules import compare, facts, verdict
from millrace.registers.cases.models import Verdict
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.stages.plan import comparing, past, past_files
from millrace.stages.plan.past_files import Damaged
from millrace.testing.judged import SECOND_APPLICATION
from millrace.testing.making import NOON

DEARER = {**SECOND_APPLICATION, "total_cost": 6_000_000_000, "own_money": 4_500_000_000}


def tried(before=None):
    """The first version of NIFS over every past case."""
    return comparing.over_past_cases("nifs", policy.scheme("nifs").version("v1"), before=before)


def one_by_one(draft):
    """The same without the copy."""
    rows = Verdict.objects.filter(purpose="submission", case__is_test=False).select_related("case")
    known = draft.vocabulary.facts
    told = [
        (compare.PastCase(row.case.reference, row.judged_on, facts.read_known(known, row.facts)), verdict.from_data(row.verdict))
        for row in rows
    ]
    return compare.with_stored(told, draft)


def test_the_copy_says_what_the_verdicts_say(submitted_case):
    submitted_case()
    submitted_case(DEARER)
    submitted_case({**SECOND_APPLICATION, "open_projects": {"value": 0, "standing": "declared"}})
    submitted_case(is_test=True)
    found, expected = tried().summary, one_by_one(policy.scheme("nifs").version("v1"))
    assert sorted(found.moved(-1), key=repr) == sorted(expected.losers, key=repr)
    assert len(expected.losers) == 2
    assert found.reasons() == expected.reasons() == {"projects-at-a-time": 2}
    assert found.judged_count == 3
    assert comparing.years(found) == {"2023-24": sum(one.change_cents for one in expected.losers)}


def test_it_is_extended_by_the_cases_judged_since(submitted_case):
    submitted_case()
    first = past.up_to_date()
    assert (first.read_count, first.is_new, first.copy.case_count) == (1, True, 1)
    submitted_case(DEARER)
    second = past.up_to_date()
    assert (second.read_count, second.is_new, second.copy.case_count) == (1, False, 2)
    assert second.copy.seal > first.copy.seal
    assert past.up_to_date().read_count == 0
    assert [file.name for file in past_files.folder().glob("*.npz")] == [second.copy.parts[0].file]
    assert len(tried().summary.moved(-1)) == 2


def test_a_case_bound_to_another_reading_moves_to_that_version(submitted_case, make):
    kept = submitted_case()
    past.up_to_date()
    other = policy.scheme_versions("nifs")[0]
    again = Verdict.objects.get(pk=kept.pk)
    again.pk, again.scheme_version = None, other
    again.verdict = {**again.verdict, "rules": again.verdict["rules"][: len(policy.read_version(other).rules)]}
    again.save()
    kept.case.scheme_version = other
    kept.case.save()
    timeline.record("reading_chosen", command=uuid.uuid4(), by=make.system(), at=NOON, case=kept.case, facts={"version": "v1"})
    sealer.seal(NOON)
    copy = past.up_to_date().copy
    assert copy.case_count == 1
    assert [part.version for part in copy.parts if part.case_count] == [other.pk]


def harms(folder):
    """Each way in which a copy may be no longer what was written."""
    file, manifest = next(folder.glob("*.npz")), folder / past_files.MANIFEST
    yield lambda: file.unlink()
    yield lambda: file.write_bytes(file.read_bytes()[:100])
    yield lambda: file.write_bytes(file.read_bytes().replace(b"NIFS", b"NIAS"))
    yield lambda: manifest.write_text("{")
    yield lambda: manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 0}))
    yield lambda: manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "chain": "0" * 64}))
    yield lambda: [each.unlink() for each in folder.iterdir()]


def test_a_lost_or_damaged_copy_or_one_of_another_history_is_made_again(submitted_case):
    submitted_case()
    expected = tried().summary.moved(-1)
    for harm in harms(past_files.folder()):
        harm()
        found = tried()
        assert found.summary.moved(-1) == expected
        assert found.brought.is_new
    part = past.up_to_date().copy.parts[0]
    with pytest.raises(Damaged):
        past_files.read(replace(part, sha256="0" * 64))


def test_a_case_its_own_version_cannot_read_is_named_and_left_out(submitted_case):
    submitted_case()
    again = submitted_case(DEARER)
    again.pk, again.facts = None, {**again.facts, "applicant_kind": {"value": "guild", "standing": "declared"}}
    again.save()
    with pytest.raises(past.Behind) as behind:
        past.up_to_date(most=0)
    assert behind.value.count == 2
    brought = past.up_to_date()
    assert brought.copy.unreadable == (again.case.reference,)
    assert brought.copy.case_count == 1
    assert "1 cannot be read" in comparing.copy_line(brought)


def test_a_page_that_began_before_the_copy_was_extended_takes_the_longer_copy(submitted_case):
    submitted_case()
    past.up_to_date()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        began = sealer.last_number()
        with futures.ThreadPoolExecutor(1) as pool:
            pool.submit(_submit_and_extend, submitted_case).result()
        assert sealer.last_number() == began
        brought = past.up_to_date()
        assert (brought.read_count, brought.is_new, brought.copy.case_count) == (0, False, 2)
        assert brought.copy.seal > began
        assert past.kept() == brought.copy


def _submit_and_extend(submitted_case):
    submitted_case(DEARER)
    past.up_to_date()
    connection.close()


def test_nothing_is_copied_before_anything_was_sealed(db_clone):
    assert past.up_to_date().copy == past.EMPTY
    assert past.kept() is None
