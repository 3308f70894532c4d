"""House test: every letter sent says its approved text, word for word — and a letter altered afterwards is found.

One letter is sent as an action sends it and then altered, as only the database's owner could; the text comes from the policy as
published. That nothing writes a letter but the action that fills the approved text is read from the code.
"""

import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from millrace.registers.messages import actions, verify
from millrace.registers.messages.models import Letter
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import SchemeVersion
from millrace.registers.timeline import actions as timeline
from millrace.stages.plan import actions as plan
from millrace.testing import policies

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MILLRACE = Path(__file__).resolve().parents[2] / "millrace"
ALTERED = {
    "a word of the text": "UPDATE messages_letter SET body = body || ' and HK$1 more'",
    "the subject": "UPDATE messages_letter SET subject = 'Approved'",
    "the mark on the paper": "UPDATE messages_letter SET sha256 = repeat('0', 64)",
    "a value that filled it": "UPDATE messages_letter SET values = jsonb_set(values, '{applicant}', to_jsonb('Someone else'::text))",
    "a value taken away": "UPDATE messages_letter SET values = values - 'applicant'",
    "the kind of letter": "UPDATE messages_letter SET kind = 'unheard_of'",
    "the version it was approved with": "UPDATE messages_letter SET kind = 'lapsed'",
}


@pytest.fixture
def sent(make: Any) -> Letter:
    """A receipt sent under the NIFS version of 2024."""
    by = make.person(powers=("policy",))
    plan.publish_policy(policies.files_of(policies.HONG_KONG), by=by, at=NOON, command=uuid.uuid4())
    version = SchemeVersion.objects.get(scheme="nifs", version="v2")
    case = make.case(scheme="nifs", status="submitted")
    template = policy.letter(version, "receipt")
    with transaction.atomic():
        event_id = timeline.reserve_id()
        letter = actions.send_letter(
            template,
            values={name: f"its {name}" for name in template.fields},
            language="zh-hant",
            case=case,
            organisation=case.lead,
            to=[by],
            sender="The funder",
            scheme_version=version,
            event_id=event_id,
            sent_on=date(2026, 3, 2),
            by=by,
            at=NOON,
        )
        timeline.record("scheme_version_published", event_id=event_id, command=uuid.uuid4(), by=by, at=NOON, case=case, facts={})
    return letter


def test_a_letter_nobody_touched_is_its_approved_text(sent: Letter) -> None:
    part = verify.verify()
    assert part.is_whole and part.counts == {"refilled": 1}


@pytest.mark.parametrize("what", ALTERED)
def test_a_letter_that_was_altered_is_found(sent: Letter, owner_connection: Any, what: str) -> None:
    owner_connection.execute(ALTERED[what])
    owner_connection.commit()
    (finding,) = verify.verify().findings
    assert finding.place == sent.number and finding.check in ("letter-differs", "letter-unreadable")


def test_only_the_action_that_fills_the_approved_text_makes_a_letter() -> None:
    made = [
        path.relative_to(MILLRACE).as_posix()
        for path in MILLRACE.rglob("*.py")
        if not path.name.endswith("_test.py")
        and any(mark in path.read_text(encoding="utf-8") for mark in (" Letter(\n", "Letter.objects.create", "Letter.objects.bulk_create"))
    ]
    assert made == ["registers/messages/actions.py"]
