"""Sends the letter of an ending — e.g. "The final account was settled: HK$9.4m paid, HK$0.6m returned to the fund".

The text is that of the case's own scheme version; a version published without letters sends none.
"""

from datetime import datetime

from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.assess import post
from millrace.stages.close.queries import Account
from millrace.stages.deliver import gather


def send_closing(case: Case, drawn: Account, *, event_id: int, by: Person, at: datetime) -> None:
    """This will write the closing letter into the transaction."""
    if case.scheme_version is None or not case.scheme_version.text:
        return
    amounts = {"amount": case.approved_cents, "paid": drawn.paid_cents, "returned": drawn.unspent_cents}
    post.send(case, "closing", {"closed_on": gather.local_day(at)}, amounts=amounts, event_id=event_id, by=by, at=at)
