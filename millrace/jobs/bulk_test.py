"""Proves that a copied case has the rows its actions would have given — e.g. a NIFS line paid, beside a copy of the one before it."""

import json
import re
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from millrace.core import letters
from millrace.core.refusal import Refusal
from millrace.jobs import bulk, lives, moulds, verify
from millrace.registers.cases.models import Case
from millrace.registers.ledger import actions as ledger
from millrace.registers.messages.models import Letter
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import deliver_test as delivering

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HASH = re.compile(r"[0-9a-f]{64}")
# Of their own in every case, whoever made it.
OWN = {"command", "key", "sha256", "salt", "search_text", "reference", "registration_number", "name", "title", "end_to_end", "receipt"}


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


class Told:
    """A life told without what differs from case to case: ids by their order, persons by their first appearance."""

    def __init__(self, case: int) -> None:
        self.life = lives.gather(case)
        self.case = Case.objects.select_related("lead").get(pk=case)
        self.names: dict[tuple[str, Any], str] = {}
        for table, rows in self.life.rows.items():
            for place, row in enumerate(rows):
                self.names[lives.label(table), row[lives.pk_of(table)]] = f"{lives.label(table)} {place}"
        self.person_ids: dict[Any, str] = {}

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        return {lives.label(table): [self.row(table, row) for row in rows] for table, rows in self.life.rows.items()}

    def row(self, table: Any, row: dict[str, Any]) -> dict[str, Any]:
        related = {field.attname: lives.label(field.related_model) for field in lives.columns(table) if field.is_relation}
        related |= {name: lives.label(other) for name, other in lives.referenced(table).items()}
        related[lives.pk_of(table)] = lives.label(table) if lives.pk_of(table) not in related else related[lives.pk_of(table)]
        fresh = OWN | moulds.fresh_columns(table)
        return {
            name: self.named(related[name], value) if name in related else self.value(name, value, fresh) for name, value in row.items()
        }

    def named(self, of: str, value: Any) -> Any:
        if of == "people.Person" and value is not None:
            return self.person_ids.setdefault(value, f"person {len(self.person_ids)}")
        return self.names.get((of, value), value)

    def value(self, name: str, value: Any, fresh: set[str]) -> Any:
        if name == "body":
            return self.json(json.loads(value))
        if name in fresh or isinstance(value, bytes | memoryview):
            return "..."
        return self.json(value)

    def json(self, value: Any, key: str = "") -> Any:
        of = {"id": lives.EVENT, "caused_by": lives.EVENT, "by": "people.Person", "person": "people.Person", "case": lives.CASE}
        of |= dict.fromkeys(("organisation", "sponsor", "lead", "on_behalf_of"), lives.ORGANISATION)
        if isinstance(value, dict):
            return {name: self.json(part, name) for name, part in value.items() if name not in OWN}
        if isinstance(value, list):
            return [self.json(part, key) for part in value]
        if isinstance(value, str):
            plain = HASH.sub("hash", value.replace(self.case.reference, "REFERENCE").replace(self.case.lead.name, "LEAD"))
            return re.sub(r"\d+-\d+|[0-9a-f]{8}(?=$|\.pdf)", "...", plain) if key == "" else plain
        return self.named(of[key], value) if key in of and type(value) is int else value


def newest(count: int) -> list[int]:
    return list(Case.objects.order_by("-pk").values_list("pk", flat=True)[:count])[::-1]


steps = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "commit", "mark_due", "pay", "release_commitment", "cancel_due"]),
        st.integers(1, 400),
        st.integers(0, 60),
        st.sampled_from(["submitted", "approved", "in_force", "closed"]),
    ),
    max_size=8,
)


def live(case: Any, by: Any, story: list[tuple[str, int, int, str]]) -> None:
    """This will take a case through a story: an event, its sheet and one move of money at each step."""
    envelope = ledger.envelope("itf", "nifs", "HKD")
    for place, (name, amount, days, status) in enumerate(story):
        at = NOON + timedelta(days=days, minutes=place)
        more = {"financial_year": "2025-26"} if name == "pay" else {}
        with transaction.atomic():
            event = timeline.reserve_id()
            try:
                with transaction.atomic():
                    move = getattr(ledger, name)
                    move(case, amount, envelope=envelope, event=event, on=at.date(), at=at, **more)
            except Refusal:
                amount = 0
            facts = {"reference": case.reference, "amount_cents": amount, "organisation": case.lead_id}
            columns = {"status": status, "approved_cents": amount, "approved_on": at.date()}
            fields: dict[str, Any] = {"case": case, "event_id": event, "facts": facts, "sheet": columns, "happened_on": at.date()}
            timeline.record("offer_accepted", command=uuid.uuid4(), by=by, at=at, organisation=case.lead, **fields)


# Each example copies with real commits: shrinking one would take longer than reading it.
@settings(
    max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=steps, spread=st.sampled_from([0, 3]))
def test_any_life_is_copied_as_the_actions_live_it(make: Any, owner_connection: Any, story: list[Any], spread: int) -> None:
    by = make.system()
    with transaction.atomic():
        event = timeline.record("envelope_funded", command=uuid.uuid4(), by=by, at=NOON, fund="itf", facts={})
        envelope = ledger.envelope("itf", "nifs", "HKD")
        ledger.appropriate(envelope, 3_000, event=event.pk, on=date(2026, 3, 2), at=NOON)
        ledger.provide_cash(envelope, "2025-26", 2_000, event=event.pk, on=date(2026, 3, 2), at=NOON)
    first, second = make.case(by=by), make.case(by=by)
    for case in (first, second):
        live(case, by, story)
    bulk.multiply(3, sources=[first.pk], owner=owner_connection, at=NOON, spread_days=spread)
    assert Told(newest(3)[0]).rows() == Told(second.pk).rows()
    report = verify.verify()
    assert report.is_whole, list(report.lines())


def test_a_paid_case_is_copied_with_its_claims_evidence_and_payments(agree: Any, owner_connection: Any) -> None:
    held = [agree.nifs(), agree.nifs()]
    agree.make.system()
    for each in held:
        delivering.ready(each)
        each.act(deliver.release_instalment, each.case, instalment=1, by=each.finance)
        delivering.pay(each)
    sealer.seal(NOON)
    sheet.project()
    bulk.multiply(4, sources=[each.case.pk for each in held], owner=owner_connection, at=NOON)
    copies = newest(4)
    told = [Told(copy).rows() for copy in copies]
    original = Told(held[0].case.pk).rows()
    for label, rows in told[0].items():
        for copied, lived in zip(rows, original[label], strict=True):
            assert copied == lived, label
    assert told[2] == original
    assert {"deliver.Claim", "deliver.ClaimLine", "deliver.Payment", "award.AgreedTerms", "ledger.Posting"} <= set(told[0])
    report = verify.verify()
    assert report.is_whole, list(report.lines())
    assert len(set(Case.objects.values_list("reference", flat=True))) == Case.objects.count()


def test_a_copied_letter_bears_the_mark_of_its_own_words(make: Any, owner_connection: Any) -> None:
    by = make.system()
    case = make.case(by=by, scheme_version=make.scheme_version(), lead=make.organisation(registration_number="2000123456"))
    values = {"reference": case.reference, "number": case.lead.registration_number}
    body = f"To {case.lead.name} ({values['number']}):\n“{case.reference}” is approved.\t50%."
    said = letters.Filled("en", f"Approval of {case.reference}", body)
    with transaction.atomic():
        event, mark = timeline.reserve_id(), letters.digest(said)
        Letter.objects.create(
            number=f"{case.reference}/{event}/approved", case=case, organisation=case.lead, kind="approved", language="en", sha256=mark,
            subject=said.subject, body=said.body, addressee=[case.lead.name], sender="The fund", values=values,
            scheme_version=case.scheme_version, event_id=event, sent_on=NOON.date(), sent_at=NOON, sent_by=by,
        )  # fmt: skip
        timeline.record("offer_accepted", command=uuid.uuid4(), by=by, at=NOON, event_id=event, case=case, facts={"letter": mark})
    bulk.multiply(2, sources=[case.pk], owner=owner_connection, at=NOON, spread_days=1)
    copies = list(Letter.objects.order_by("pk"))
    assert len({row.sha256 for row in copies}) == 3
    told = dict(Event.objects.filter(kind="offer_accepted").values_list("pk", "facts__letter"))
    for row in copies:
        assert row.sha256 == letters.digest(letters.Filled("en", row.subject, row.body)) == told[row.event_id]
        assert row.values["number"] == row.organisation.registration_number and row.values["number"] in row.body
        assert row.case.reference in row.subject and row.values["reference"] == row.case.reference and row.organisation.name in row.body


def test_what_was_copied_goes_on_living(agree: Any, owner_connection: Any) -> None:
    held = agree.nifs()
    agree.make.system()
    booked = lives.Life(0, 0, {apps.get_model("facilities.Booking"): [{"tool": "laser-1"}]})
    bulk.multiply(2, sources=[held.case.pk, booked], owner=owner_connection, at=NOON)  # a machine is booked once: passed over
    copy = Case.objects.get(pk=newest(1)[0])
    with transaction.atomic():
        event = timeline.reserve_id()
        ledger.mark_due(copy, held.terms.grant_cents, envelope=held.envelope, event=event, on=date(2026, 3, 2), at=NOON)
        timeline.record("offer_accepted", command=uuid.uuid4(), by=held.member, at=NOON, event_id=event, case=copy, facts={})
    agree.nifs()
    sealer.seal(NOON)
    sheet.project()
    assert verify.verify().is_whole


def test_every_table_of_a_case_is_known() -> None:
    labels = {lives.label(table) for table in lives.in_order()}
    assert {"cases.Case", "timeline.Event", "ledger.Balance", "messages.Letter", "assess.Review", "award.Decision"} <= labels
    assert not {"people.Person", "policy.SchemeVersion", "sheet.Row", "deliver.PaymentRun"} & labels
    assert apps.get_model("cases.Case") in lives.in_order()
