"""The end of an agreement settles what was still asked of it — e.g. a request to end it early is approved by the final account."""

from typing import Any

import pytest

from millrace.core import changes as core
from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as balances
from millrace.stages.close import actions as close
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.changes_test import advise, approve, ask
from millrace.stages.deliver.deliver_test import refused


def test_a_change_of_what_has_ended_is_refused_with_the_rule_and_the_remedy(agree: Any) -> None:
    held = agree.nifs()
    held.act(close.terminate_case, held.case, reason="mutual", by=held.authority)
    with pytest.raises(Refusal) as caught:
        deliver.open_change(held.case, kind=core.TIME_EXTENSION, by=held.member, at=held.at)
    assert caught.value.code == "agreement-ended" and "final account" in caught.value.why and "reopen" in caught.value.next_step


def test_a_request_to_end_the_agreement_is_approved_by_its_final_account(agree: Any) -> None:
    held = agree.nifs()
    change = ask(held, core.TERMINATION)
    advise(held, change)
    with refused("ended-by-its-account"):
        approve(held, change)
    event = held.act(close.terminate_case, held.case, reason="applicant_request", by=held.authority)
    change.refresh_from_db()
    assert (change.state, change.decided_by) == ("approved", held.authority)
    assert event.facts["change_requests"] == [change.number]
    assert balances.envelope_state(held.envelope).available == 10_000_000_00
