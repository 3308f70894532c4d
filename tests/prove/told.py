"""The whole demonstration as a template database — told once for a state of the sources, cloned for each test in a tenth of a second.

For example a test of every page gets three years of cases in all states, and the list of the pages worth opening in it.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.test import override_settings

from millrace.jobs import demonstration, reactor
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person, Power
from millrace.registers.policy import queries as policy
from millrace.site.database import Database
from millrace.stages.apply.actions import organisations
from millrace.stages.apply.models import Part
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import AuditSample
from millrace.stages.learn import actions as learn
from millrace.stages.plan.models import FundOrder, StaffInvitation
from millrace.testing.database import Provider
from millrace.testing.policies import HONG_KONG, files_of
from tests.prove import addresses, agreements, kept_and_used, other_chains, owed, worth

# What people type, and what a translation must leave alone.
TYPED = {
    "people.Person": ("name", "name_zh", "email"),
    "people.Organisation": ("name", "name_zh", "registration_number"),
    "people.SavedView": ("name",),
    "cases.Case": ("title",),
    "documents.Document": ("name",),
    "messages.Letter": ("subject", "body", "addressee", "sender"),
    "apply.Part": ("work", "email"),
    "apply.Answers": ("answers", "typed"),
    "apply.Message": ("body",),
    "call.Extension": ("reason",),
    "call.LateLeave": ("reason",),
    "assess.Screening": ("remarks",),
    "assess.Reversal": ("remarks",),
    "assess.Question": ("text", "answer"),
    "assess.Interest": ("details",),
    "assess.Review": ("comments", "summary"),
    "assess.Recommendation": ("conditions", "reasons"),
    "assess.JointFiling": ("reference",),
    "assess.JointDecision": ("remarks",),
    "assess.PanelMember": ("name", "interest"),
    "assess.PanelChoice": ("reason",),
    "call.Enquiry": ("who", "question", "answer"),
    "plan.ExchangeVisit": ("why", "who", "hosts"),
    "learn.Reply": ("texts", "said", "told_from"),
    "award.Decision": ("conditions", "remarks"),
    "award.Offer": ("remarks",),
    "award.AgreedTerms": ("milestone_titles", "deliverable_titles"),
    "close.FinalAccount": ("note",),
    "close.Refund": ("bank_reference", "taken_back_reason"),
    "deliver.ChangeRequest": ("reason", "description", "advice_note", "note"),
    "deliver.Report": ("told", "note"),
    "deliver.SampledLine": ("note",),
    "deliver.AuditSample": ("decision_reason",),
    "deliver.ExchangeRate": ("source",),
    "deliver.Inspection": ("place", "purpose", "note"),
    "deliver.Finding": ("told", "answer", "note"),
    "deliver.AdvanceRequest": ("note",),
    "deliver.Disposal": ("why", "reason"),
    "deliver.Equipment": ("item", "serial_number", "place", "custodian"),
    "deliver.EquipmentCheck": ("note",),
    "deliver.Title": ("name", "registration", "shares"),
    "deliver.Receivable": ("reason", "evidence", "withdrawn_reason"),
    "deliver.SetOff": ("reason", "note"),
    "deliver.Settlement": ("reason", "bank_reference"),
    "deliver.Receipt": ("bank_reference", "taken_back_reason"),
    "deliver.Payment": ("return_reference",),
    "deliver.RecoveryPlan": ("note",),
    "deliver.RevenueDeclaration": ("told",),
    "facilities.Booking": ("reason",),
    "deliver.Evidence": ("payee", "invoice", "valuation", "note"),
    "deliver.ClaimLine": ("item", "supplier", "invoice", "note"),
    "deliver.PayeeAccount": ("holder",),
    "plan.FundOrder": ("reason",),
}


def mark(at: datetime) -> str:
    """This will change with the tests' own part of the story, and with the day it is told up to."""
    digest = hashlib.sha256(f"{at:%Y-%m-%d}".encode())
    for part in (worth, addresses, other_chains, agreements, kept_and_used, owed):
        digest.update(Path(part.__file__).read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()[:12]


def tell(at: datetime) -> None:
    """This will tell the story, and add what it leaves out: an invitation, a claim half written, somebody with a second factor."""
    demonstration.fill(at, files_of(HONG_KONG))
    reactor.pass_all()
    administrator = worth.busiest_member("administrator")
    fund = policy.funds()[0]
    FundOrder.objects.create(kind="fund", fund=fund.id, amount_cents=1_000_000_00, proposed_at=at, proposed_by=administrator)
    giver = Power.objects.filter(power="policy", ends_at=None)[0].person
    day = date.fromisoformat(worth.GIVEN_ON)
    learn.give_figure("approved-by-scheme", as_at=day, seal_number=worth.GIVEN_SEAL, by=giver, at=at, command=uuid.uuid4())
    case = Case.objects.filter(status="in_force", scheme="nifs").order_by("opened_at")[0]
    writer = case.lead.memberships.filter(power="member", ends_at=None)[0].person
    deliver.open_claim(case, by=writer, at=at)
    agreements.tell(at)
    audited(at)
    submitted = other_chains.tell(at, extends=worth.Everyone(at).staff["officer"])
    startup = next(one for one in submitted if one.scheme == "tsssu")
    owed.tell(at, staff=worth.Everyone(at).staff)
    kept_and_used.tell(at, case=case, writer=writer, startup=startup, staff=worth.Everyone(at).staff)
    keyed = Person(email=worth.KEYED_EMAIL, name="Keyed Person (invented)", name_zh="持匙人（虛構）", joined_at=at, is_demonstration=True)
    keyed.set_password(worth.SECRET)
    keyed.save()
    EmailAddress.objects.create(user=keyed, email=keyed.email, verified=True, primary=True)
    TOTP.activate(keyed, generate_totp_secret())
    RecoveryCodes.activate(keyed)
    # Who has confirmed an address and has no second factor yet is shown how to add one.
    officer = worth.Everyone(at).staff["officer"]
    EmailAddress.objects.create(user=officer, email=officer.email, verified=True, primary=True)
    invited_by(worth.busiest_member("administrator"), at)


def invited_by(administrator: Person, at: datetime) -> None:
    """This will invite, last of all, whoever is the busiest member then: the one that the sweep enters as."""
    organisation = administrator.memberships.get(power="administrator", ends_at=None).organisation
    email, secret = worth.busiest_member("member").email, hashlib.sha256(worth.SECRET.encode()).hexdigest()
    told: dict[str, Any] = {"by": administrator, "at": at, "command": uuid.uuid4()}
    organisations.invite_colleague(
        organisation, email=email, power="signatory", secret=worth.SECRET, link="https://millrace.invalid/", **told
    )
    part = Part.objects.order_by("pk").last()
    assert part
    Part.objects.filter(pk=part.pk).update(secret_sha256=secret, email=email)
    StaffInvitation.objects.create(email=email, power="assessor", secret_sha256=secret, invited_at=at, invited_by=administrator)


def audited(at: datetime) -> None:
    """This will draw two audit samples of the story's claims and conclude the first, with one error in it."""
    auditor, day = worth.Everyone(at).staff["auditor"], gather.local_day(at) - timedelta(days=1)
    for _turn in range(2):
        deliver.draw_sample(
            scheme="", first=day - timedelta(days=4000), last=day, unit="HKD", count=3, by=auditor, at=at, command=uuid.uuid4()
        )
    first = AuditSample.objects.get(number=1)
    for row in first.lines.order_by("position"):
        error = {"error_cents": 1_00, "reason": "arithmetic"} if row.position == 1 else {"error_cents": 0}
        deliver.audit_line(row, **error, note="Looked at (invented).", by=auditor, at=at, command=uuid.uuid4())
    deliver.conclude_sample(first, by=auditor, at=at, command=uuid.uuid4())


def typed() -> Iterator[str]:
    """This will gather every line people typed."""
    for label, fields in TYPED.items():
        for row in apps.get_model(label).objects.values_list(*fields):
            yield from leaves(row)


def leaves(value: Any) -> Iterator[str]:
    """This will give the words in a value, however deep."""
    if isinstance(value, str):
        yield from value.splitlines()
    elif isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from leaves(part)


def noted(at: datetime) -> dict[str, Any]:
    """This will list what is worth opening in the told database, and what was typed."""
    found = worth.Asking(at).all()
    lines = sorted({line.strip() for line in typed()})
    return {"visits": [asdict(visit) for visit in found.visits], "typed": lines, "broken": found.broken, "unshown": found.never_shown()}


@pytest.fixture(scope="session")
def told(provider: Provider, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """The told database's name, and what was noted of it."""
    at = datetime.now(UTC)
    kept = provider.cluster.home.path / f"told_{mark(at)}.json"

    def build(draft: Database) -> None:
        secret = draft.environment("app")["MILLRACE_SECRET_KEY"]
        with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("told"), SECRET_KEY=secret):
            tell(at)
            kept.write_text(json.dumps(noted(at), ensure_ascii=False), "utf-8")

    with django_db_blocker.unblock():
        name = provider.prepared("told", build, mark=mark(at))
    return name, json.loads(kept.read_text("utf-8"))


@pytest.fixture(scope="session")
def template(told: tuple[str, dict[str, Any]]) -> str:
    """The told database in place of the empty one: whatever clones the template gets the whole story."""
    return told[0]
