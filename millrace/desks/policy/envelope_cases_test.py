"""What an envelope has reserved, committed, due and paid opens its cases — e.g. NIFS's HK$45m paid, in four cases that add up to it."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

from millrace.core import money
from millrace.core.ledger import Envelope
from millrace.desks.policy import case_lists, gathering
from millrace.registers.ledger import queries as ledger
from millrace.registers.people.models import Power
from millrace.registers.timeline.models import Seal
from millrace.testing.stories import TOLD_UNTIL
from millrace.web import words

LINK = re.compile(r'href="(/policy/cases/\?envelope=[^"]+)"')


def test_what_an_envelope_holds_opens_cases_that_add_up_to_it(brief_story_template: str, sign_in: Any) -> None:
    gathering.forget()
    officer = sign_in(Power.objects.filter(power="policy").order_by("pk")[0].person)
    seal = Seal.objects.latest("number").number
    earlier = Seal.objects.filter(sealed_at__lte=TOLD_UNTIL.replace(month=1)).latest("number").number
    told = set()
    for day, number in ((date(2026, 11, 20), seal), (date(2025, 12, 31), earlier)):
        states = ledger.envelope_states(on=day, seal=number)
        page = officer.see(f"/policy/?as-at={day}&seal={number}")
        opened = {unescape(each) for each in LINK.findall(page)}
        wanted = [(one, kind, getattr(state, kind)) for one, state in states.items() for kind in case_lists.HELD if state.voted]
        assert len(opened) == sum(bool(amount) for _one, _kind, amount in wanted) > 0
        for envelope, kind, amount in wanted:
            address = f"/policy/cases/?envelope={envelope.address}&held={kind}&as-at={day}&seal={number}"
            assert (address in opened) == bool(amount), address
            if amount:
                assert f"hold {words.amount(amount, envelope.unit)} in this state" in unescape(officer.see(address)), address
                assert sum(listed(officer, address)) == in_whole(amount, envelope), address
                told.add(kind)
    assert {"committed", "paid"} <= told
    officer.see(f"/policy/cases/?envelope=none.none.HKD&held=paid&as-at=2026-11-20&seal={seal}", 404)
    officer.see(f"/policy/cases/?envelope={wanted[0][0].address}&held=available&as-at=2026-11-20&seal={seal}", 404)


def listed(officer: Any, address: str) -> list[Decimal]:
    """What each case holds, by the list as a file."""
    answer = officer.client.get(f"{address}&format=csv")
    text = b"".join(answer.streaming_content).decode()
    return [Decimal(row["In this state"].split()[-1]) for row in csv.DictReader(io.StringIO(text))]


def in_whole(amount: int, envelope: Envelope) -> Decimal:
    return Decimal(amount).scaleb(-money.decimals_of(envelope.unit)) if envelope.unit in money.CURRENCIES else Decimal(amount)
