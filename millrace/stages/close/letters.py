"""Sends the letter of an ending — e.g. "Your project is closed: HK$9.4m was paid and HK$0.6m went back to the fund"."""

from datetime import datetime

from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.close.queries import Account


def send_closing(case: Case, drawn: Account, ending: str, *, event_id: int, by: Person, at: datetime) -> None:
    """This will write the closing letter from the text of the case's own scheme version."""
