"""Makes a case under an agreement, with its people and its money committed — e.g. NIFS, HK$10m at 1:2, paid on completion.

Offered as the fixture `agree`. The books are opened by the ledger's own actions; whatever the test is about goes through the
actions of its stage.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from millrace.core import matching, releases, terms
from millrace.registers.ledger import actions as ledger
from millrace.registers.timeline import actions as timeline
from millrace.testing.making import NOON, Making

YEAR = "2025-26"


def nifs_terms(lead: int, *, grant_cents: int = 10_000_000_00, cost_cents: int = 30_000_000_00) -> terms.Terms:
    """This will be the terms of a NIFS line: 1:2, one instalment on completion of one milestone."""
    stage = terms.Stage(1, grant_cents, matching.Ratio(1, 2))
    return terms.Terms(
        unit="HKD",
        grant_cents=grant_cents,
        starts_on=date(2025, 4, 1),
        ends_before=date(2027, 4, 1),
        stages=(stage,),
        heads=(
            terms.Head("machinery", cost_cents),
            terms.Head("patents", 400_000_00, cap_cents=250_000_00, clause="Guide 4.3"),
        ),
        milestones=(terms.Milestone(1, 1, date(2027, 3, 1), "completion"),),
        instalments=terms.plan_instalments([stage], [(1, 100, releases.ON_COMPLETION)]),
        pledges=(terms.Pledge(lead, matching.CASH, 2 * grant_cents),),
        clauses={"outside_period": "Agreement 5"},
    )


def advanced_terms(lead: int, _sponsor: int) -> terms.Terms:
    """This will be terms by which half may be had in advance and all is earned by claims, at 1:1."""
    stage = terms.Stage(1, 10_000_000_00, matching.Ratio(1, 1))
    plain = nifs_terms(lead, cost_cents=20_000_000_00)
    planned = terms.plan_instalments([stage], [(1, 50, releases.ON_ADVANCE), (1, 50, releases.ON_CLAIM)])
    pledges = (terms.Pledge(lead, matching.CASH, 10_000_000_00),)
    return replace(plain, stages=(stage,), instalments=planned, pledges=pledges)


def raise_terms(lead: int, sponsor: int) -> terms.Terms:
    """This will be the terms of a RAISe+ project: stage 1 at 2:1 in halves, stage 2 at 1:1 on completion; in kind at most half."""
    half = matching.Share(1, 2)
    stages = (
        terms.Stage(1, 20_000_000_00, matching.Ratio(2, 1), half),
        terms.Stage(2, 10_000_000_00, matching.Ratio(1, 1), half),
    )
    shares = [(1, 50, releases.ON_ACCEPTANCE), (1, 50, releases.ON_MILESTONE), (2, 100, releases.ON_COMPLETION)]
    return terms.Terms(
        unit="HKD",
        grant_cents=30_000_000_00,
        starts_on=date(2025, 4, 1),
        ends_before=date(2030, 4, 1),
        stages=stages,
        heads=(terms.Head("manpower", 60_000_000_00), terms.Head("equipment", 20_000_000_00)),
        milestones=(terms.Milestone(2, 1, date(2027, 3, 1), "prototype"), terms.Milestone(3, 2, date(2030, 3, 1), "completion")),
        instalments=terms.plan_instalments(stages, shares),
        pledges=(
            terms.Pledge(lead, matching.IN_KIND, 5_000_000_00),
            terms.Pledge(sponsor, matching.CASH, 15_000_000_00),
        ),
    )


@dataclass
class Agreed:
    """One case in force and everyone who handles its money. `at` moves on by a minute with each `act`."""

    case: Any
    terms: terms.Terms
    lead: Any
    sponsor: Any
    member: Any
    signatory: Any
    officer: Any
    other_officer: Any
    finance: Any
    maker: Any
    checker: Any
    authority: Any
    envelope: Any
    at: datetime

    def act(self, action: Callable[..., Any], subject: Any, **fields: Any) -> Any:
        """This will do one action now, with a command of its own unless one is given."""
        self.at += timedelta(minutes=1)
        fields.setdefault("command", uuid.uuid4())
        return action(subject, at=self.at, **fields)


class Agreeing:
    """Makes cases in force. The funder's people are shared by all cases of one test."""

    def __init__(self, make: Making) -> None:
        self.make, self._people = make, {}

    def _person(self, power: str, name: str = "") -> Any:
        name = name or power
        if name not in self._people:
            self._people[name] = self.make.person(powers=(power,))
        return self._people[name]

    def nifs(self, **amounts: int) -> Agreed:
        """This will make a NIFS case in force."""
        return self.under("nifs", lambda lead, _sponsor: nifs_terms(lead, **amounts))

    def raise_plus(self) -> Agreed:
        """This will make a RAISe+ case in force, in stage 1."""
        return self.under("raise-plus", raise_terms)

    def advanced(self) -> Agreed:
        """This will make a case in force that may be paid in advance."""
        return self.under("nifs", advanced_terms)

    def releasable(self, instalments: int, each_cents: int, *, at: datetime = NOON) -> Agreed:
        """This will make a NIFS case whose instalments may all be released now: its milestones are accepted, its matching money is
        verified and its account checked by two people."""

        def written(lead: int, _sponsor: int) -> terms.Terms:
            plain, numbers = nifs_terms(lead, grant_cents=instalments * each_cents), range(1, instalments + 1)
            milestones = tuple(terms.Milestone(number, 1, plain.milestones[0].due_on, "completion") for number in numbers)
            planned = tuple(releases.Instalment(number, 1, each_cents, releases.ON_MILESTONE, (number,)) for number in numbers)
            return replace(plain, milestones=milestones, instalments=planned)

        held = self.under("nifs", written)
        with transaction.atomic(durable=True):
            command = {"command": uuid.uuid4(), "by": held.officer, "at": at, "case": held.case}
            event = timeline.record("evidence_verified", **command, facts={})
            when = {"event": event.pk, "on": at.date(), "at": at}
            for move in (ledger.evidence_match, ledger.verify_match):
                move(held.case, held.lead, matching.CASH, 2 * instalments * each_cents, unit="HKD", **when)
            model = apps.get_model("deliver.Evidence")
            done = {"recorded_at": at, "recorded_by": held.member, "verified_at": at, "verified_by": held.officer, "unit": "HKD"}
            accepted = {"case": held.case, "purpose": "milestone", "state": "verified", **done}
            model.objects.bulk_create(model(**accepted, number=one, milestone=one) for one in range(1, instalments + 1))
            checked = {"proposed_by": held.signatory, "first_by": held.maker, "second_by": held.checker, "holder": held.lead.name}
            moments = {"proposed_at": at, "first_at": at, "second_at": at, "bank_code": "004", "account_number": f"{held.lead.pk:09d}"}
            apps.get_model("deliver.PayeeAccount").objects.create(organisation=held.lead, **checked, **moments)
        return held

    def under(self, scheme: str, write: Callable[[int, int], terms.Terms]) -> Agreed:
        """This will make a case of a scheme in force under terms of its own: `write` gives them for a lead and a sponsor, by id."""
        lead, sponsor = self.make.organisation(), self.make.organisation()
        held = write(lead.pk, sponsor.pk)
        member, signatory = self.make.member(lead), self.make.member(lead, "signatory")
        fields = {"status": "in_force", "scheme": scheme, "approved_cents": held.grant_cents, "requested_cents": held.grant_cents}
        case = self.make.case(lead=lead, by=member, **fields)
        case.parties.create(organisation=sponsor, role="sponsor", joined_at=NOON)
        people = {power: self._person(power) for power in ("officer", "finance", "authority")}
        return Agreed(
            case=case,
            terms=held,
            lead=lead,
            sponsor=sponsor,
            member=member,
            signatory=signatory,
            other_officer=self._person("officer", "other officer"),
            maker=self._person("finance_maker"),
            checker=self._person("finance_checker"),
            envelope=self._books(case, held, scheme),
            at=NOON + timedelta(hours=2),
            **people,
        )

    def _books(self, case: Any, held: terms.Terms, scheme: str) -> Any:
        """This will open the envelope and the year, commit the grant and pledge the matching money, under one made event."""
        organisations = {party.organisation_id: party.organisation for party in case.parties.select_related("organisation")}
        with transaction.atomic(durable=True):
            event = timeline.reserve_id()
            when = {"event": event, "on": NOON.date(), "at": NOON}
            envelope = ledger.envelope("itf", scheme, held.unit)
            ledger.appropriate(envelope, held.grant_cents, **when)
            ledger.provide_cash(envelope, YEAR, held.grant_cents, **when)
            ledger.reserve(case, held.grant_cents, envelope=envelope, **when)
            ledger.commit(case, held.grant_cents, envelope=envelope, **when)
            for pledge in held.pledges:
                ledger.pledge_match(case, organisations[pledge.sponsor], pledge.form, pledge.amount_cents, unit=held.unit, **when)
            apps.get_model("award.AgreedTerms").objects.create(
                case=case, number=1, from_on=held.starts_on, data=held.to_data(), sha256="0" * 64, recorded_at=NOON, event_id=event
            )
            facts = {"committed_cents": held.grant_cents, "unit": held.unit}
            timeline.record(
                "offer_accepted", command=uuid.uuid4(), by=self._person("authority"), at=NOON, event_id=event, case=case, facts=facts
            )
        return envelope


@pytest.fixture
def agree(make: Making) -> Agreeing:
    """Cases under an agreement, in this test's own database."""
    return Agreeing(make)
