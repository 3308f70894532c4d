"""Checks everything that must never be wrong, in one snapshot — e.g. what an auditor runs before trusting a figure.

The hash chain over the timeline, the sheet rebuilt from it, the ledger's balances recomputed by the pure core, every open instalment
sized again, every verdict judged again, every letter filled again from its approved text, the reason of every order on a fund, and the
figures of every released reply asked again at their seals.
"""

from django.db import connection, transaction

from millrace.core.findings import Report
from millrace.registers.cases import replay
from millrace.registers.ledger import verify as ledger
from millrace.registers.messages import verify as messages
from millrace.registers.sheet import verify as sheet
from millrace.registers.timeline import verify as timeline
from millrace.stages.deliver import keeping
from millrace.stages.learn import verify as replies
from millrace.stages.plan import verify as orders
from millrace.web import clock


def verify() -> Report:
    """This will check timeline, sheet and ledger as they stand at one instant, while others go on working; it changes nothing."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        books = [timeline.verify(), sheet.verify(), ledger.verify(), keeping.verify(clock.now())]
        return Report([*books, replay.verify(), messages.verify(), orders.verify(), replies.verify()])
