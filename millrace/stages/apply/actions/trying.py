"""Begins test applications under a version that is only a draft — e.g. NIFS with HK$20m a project, tried before it is announced.

A test goes through the same form, preview, submission and verdict as an application. It belongs to who began it, stands in the
funder's own name, is marked on every page and on the sheet, and is in no list, count, figure, export, ledger or letter.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.registers.cases.models import Case, Standing
from millrace.registers.people import queries as people
from millrace.registers.people.models import Organisation, Person
from millrace.registers.people.models import Power as PowerSpan
from millrace.registers.policy import actions as versions
from millrace.registers.policy import models as policy_models
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import facts, locks, terms
from millrace.stages.apply.actions import drafts
from millrace.stages.apply.models import Answers, Draft
from millrace.stages.call import actions as calls

RECORD = "applicant-record"  # the answers that stand for the register's
OWN = {"registration_kind": "funder", "registration_number": "TEST"}


def begin_test(
    book: rulebook.SchemeVersion,
    *,
    draft: policy_models.Draft,
    stands_for: Mapping[str, str],
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will begin a test application under `book`, the version as the draft says it, by a policy officer.

    `stands_for` is what the register would say of the applicant it stands for: fact → choice, such as the kind of applicant.
    """
    with transaction.atomic(durable=True):
        applicant = locks.lock_organisation(_applicant(by, at))
        if done := Event.objects.filter(command=command, kind="test_begun").select_related("case").first():
            return done
        if PowerSpan.Kind.POLICY not in people.powers_of(by, at):
            raise Refusal.not_found()
        row = versions.keep_tried(book, draft=draft, funder=policy.funder(), by=by, at=at)
        case = Case.every.create(
            reference=f"TEST-{drafts.reference_of(book.scheme, command)}",
            scheme=book.scheme,
            scheme_version=row,
            status_on=terms.local_day(at),
            unit=book.currency,
            lead=applicant,
            opened_at=at,
            opened_by=by,
            is_test=True,
        )
        Standing.objects.create(person=by, case=case, relation=Standing.Relation.TESTER, starts_at=at, granted_by=by)
        call = calls.call_for_tests(row, at=at)
        told = {name: stands_for[name] for name in facts.recorded_facts(book) if name in stands_for}
        Answers.objects.create(case=case, section=RECORD, number=1, answers=told, saved_at=at, saved_by=by)
        Draft.objects.create(case=case, call=call, version=row, confirmed_at=at, confirmed_by=by)
        return timeline.record(
            "test_begun",
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=applicant,
            happened_on=terms.local_day(at),
            facts={"scheme": book.scheme, "version": book.id, "sha256": book.sha256},
        )


def _applicant(by: Person, at: datetime) -> Organisation:
    """The funder itself stands in for an applicant, so that no one's record or count is touched."""
    told = {"name": "Test applicant", "name_zh": "測試申請機構", "kind": Organisation.Kind.FUNDER, "registered_at": at, "registered_by": by}
    return Organisation.objects.get_or_create(**OWN, defaults=told | {"confirmed_at": at, "confirmed_by": by})[0]
