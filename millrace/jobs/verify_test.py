"""Proves that verification sees what was altered behind the program's back — e.g. one cent of one balance, one word of one event."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from millrace.jobs import verify
from millrace.registers.ledger import actions as ledger
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def funded(make: Any) -> Any:
    """A case with three sealed events, their sheet and some money."""
    by, case = make.person(), make.case()
    for place, status in enumerate(("submitted", "approved", "in_force")):
        with transaction.atomic():
            event = timeline.record(
                "scheme_version_published",
                command=uuid.uuid4(),
                by=by,
                at=NOON,
                case=case,
                facts={"scheme": "nifs", "amount_cents": 500},
                sheet={"status": status, "approved_cents": 500 * place},
            )
            envelope = ledger.envelope("itf", "nifs", "HKD")
            ledger.appropriate(envelope, 900, event=event.pk, on=date(2026, 3, 2), at=NOON)
            ledger.reserve(case, 500, envelope=envelope, event=event.pk, on=date(2026, 3, 2), at=NOON)
    sealer.seal(NOON)
    sheet.project()
    return case


def found(part: str) -> list[tuple[str, str]]:
    report = verify.verify()
    assert report.exit_status == (0 if report.is_whole else 1)
    assert list(report.lines())
    return [(finding.check, finding.place) for each in report.parts if each.name == part for finding in each.findings]


def test_what_nobody_touched_is_whole(funded: Any) -> None:
    report = verify.verify()
    assert report.is_whole
    assert report.exit_status == 0
    timeline_part, sheet_part, ledger_part, instalments, verdicts, letters, orders, replies = report.as_json()["parts"]
    assert (timeline_part["counts"]["seals"], timeline_part["counts"]["waiting"]) == (3, 0)
    assert sheet_part["counts"]["cases"] == 1
    assert ledger_part["counts"]["postings"] == 6
    assert instalments["counts"] == {"cases": 0, "instalments": 0, "waiting": 1}
    assert orders["counts"] == {"orders": 0, "reasons": 0, "erased": 0}
    assert replies["counts"] == {"released": 0, "figures": 0}
    assert (verdicts["counts"], letters["counts"]) == ({"replayed": 0}, {"refilled": 0})


def test_a_sheet_behind_the_seals_is_whole_as_far_as_it_stands(funded: Any, make: Any) -> None:
    by = make.person()
    timeline.record("scheme_version_published", command=uuid.uuid4(), by=by, at=NOON, case=funded, facts={}, sheet={"status": "closed"})
    sealer.seal(NOON)
    timeline.record("scheme_version_published", command=uuid.uuid4(), by=by, at=NOON, fund="itf", facts={})
    report = verify.verify()
    assert report.is_whole
    assert report.parts[0].counts["waiting"] == 1


# What only the owner, with the triggers disabled, could do.
TAMPERING = {
    "body": (
        "timeline",
        "UPDATE timeline_event SET body = replace(body, '500', '600') WHERE id = (SELECT min(event_id) FROM timeline_seal)",
    ),
    "columns": ("timeline", """UPDATE timeline_event SET facts = '{"amount_cents": 9}'"""),
    "chain": (
        "timeline",
        "UPDATE timeline_event SET body = replace(body, '500', '600'), sha256 = sha256(convert_to(replace(body, '500', '600'), 'UTF8'))",
    ),
    "numbers": ("timeline", "DELETE FROM timeline_seal WHERE number = 2"),
    "stamps": ("timeline", "UPDATE timeline_seal SET sealed_at = sealed_at - interval '1 day' WHERE number = 2"),
    "queue": ("timeline", "DELETE FROM timeline_seal WHERE number = 3"),
    "rows": ("sheet", "UPDATE sheet_row SET approved_cents = approved_cents + 1"),
    "cases": ("sheet", "DELETE FROM sheet_row"),
    "balance": ("ledger", "UPDATE ledger_balance SET balance = balance + 1 WHERE balance > 0"),
    "conservation": ("ledger", "UPDATE ledger_balance SET balance = balance + 1 WHERE balance > 0"),
}


@pytest.mark.parametrize("check", TAMPERING)
def test_what_was_altered_is_found(funded: Any, owner_connection: Any, check: str) -> None:
    part, attack = TAMPERING[check]
    for table in ("timeline_event", "timeline_seal", "sheet_row", "ledger_balance", "ledger_posting"):
        owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner_connection.execute(attack)
    owner_connection.commit()
    assert check in [name for name, _ in found(part)]


def test_what_was_lawfully_erased_is_told(funded: Any, monkeypatch: pytest.MonkeyPatch, make: Any) -> None:
    from millrace.registers.timeline import verify as timeline_verify

    monkeypatch.setattr(timeline_verify, "ERASURE", "scheme_version_published")
    (part, *_) = verify.verify().parts
    assert [erased["seal"] for erased in part.counts["lawfully_erased"]] == [1, 2, 3]
