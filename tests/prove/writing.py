"""A process that writes until it is killed — e.g. reserves HK$1 after HK$1 of one envelope and says each command acknowledged.

Run as `python -m tests.prove.writing NAME`; a command whose answer was lost is sent again, as a person's second click would.
"""

import sys
import time
import uuid
from datetime import date

import django

django.setup()

from django.db import DatabaseError, InterfaceError, connection, transaction  # noqa: E402 — settings come first

from millrace.registers.cases.models import Case  # noqa: E402 — settings come first
from millrace.registers.ledger import actions as ledger  # noqa: E402 — settings come first
from millrace.registers.people import queries as people  # noqa: E402 — settings come first
from millrace.registers.timeline import actions as timeline  # noqa: E402 — settings come first
from millrace.web import clock  # noqa: E402 — settings come first

DAY = date(2026, 3, 2)


def write(case: Case, command: uuid.UUID) -> None:
    """This will do one action as every action of a stage does: lock, replay, post, announce."""
    at = clock.now()
    with transaction.atomic(durable=True):
        Case.objects.select_for_update().get(pk=case.pk)
        if timeline.replay(command, case):
            return
        event_id = timeline.reserve_id()
        ledger.reserve(case, 100, envelope=ledger.envelope("itf", "nifs", "HKD"), event=event_id, on=DAY, at=at)
        timeline.record("offer_declined", command=command, by=people.system_person(), at=at, case=case, event_id=event_id, happened_on=DAY)


def main(reference: str) -> None:
    """This will write for ever, printing each command once it is acknowledged."""
    case = None
    while True:
        command = uuid.uuid4()
        while True:
            try:
                case = case or Case.objects.get(reference=reference)
                write(case, command)
                break
            except (DatabaseError, InterfaceError):
                connection.close()
                time.sleep(0.05)
        print(command, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
