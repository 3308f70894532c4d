"""The invented people and organisations of the demonstration — e.g. two payment makers, and 40 companies with a signatory each.

Staff are granted their powers and organisations are registered and confirmed by the actions that do so for real ones.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from millrace.jobs.demonstration import names
from millrace.jobs.demonstration.tale import Tale
from millrace.registers.people import actions as people
from millrace.registers.people.models import Membership, Organisation, Person
from millrace.stages.apply.actions import organisations
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.models import PayeeAccount

# Power and, for an authority, the delegated limit in cents; how many people hold it.
STAFF: tuple[tuple[str, int | None, int], ...] = (
    ("officer", None, 4),
    ("assessor", None, 6),
    ("committee", None, 5),
    ("authority", 20_000_000_00, 1),
    ("authority", 100_000_000_00, 1),
    ("finance", None, 2),
    ("finance_maker", None, 2),
    ("finance_checker", None, 2),
    ("policy", None, 2),
    ("auditor", None, 1),
    ("administrator", None, 1),
)
FINANCE = frozenset({"finance", "finance_maker", "finance_checker"})
COMPANY_COUNT = 40


@dataclass
class Side:
    """An applicant: its organisation, who writes and who signs."""

    organisation: Organisation
    writer: Person
    signatory: Person
    has_account: bool = False


@dataclass
class Cast:
    """Everyone in the story."""

    system: Person
    staff: dict[str, list[Person]] = field(default_factory=dict)
    companies: list[Side] = field(default_factory=list)
    universities: list[Side] = field(default_factory=list)
    lives: int = 0
    _persons: int = 0

    def person(self, role: str, at: datetime) -> Person:
        """This will make an invented person who cannot sign in with a password."""
        self._persons += 1
        name, name_zh = names.person(self._persons)
        email = f"{role.replace('_', '-')}-{self._persons}@demonstration.example"
        language = ("en", "zh-hant", "zh-hans")[self._persons % 3]
        made = Person(email=email, name=name, name_zh=name_zh, language=language, joined_at=at, is_demonstration=True)
        made.set_unusable_password()
        made.salt = _salt(email)
        made.save()
        return made

    def one(self, power: str, tale: Tale, *, but: frozenset[int] = frozenset()) -> Person:
        """This will choose one holder of a power for a tale, other than those named."""
        able = [person for person in self.staff[power] if person.pk not in but]
        return able[tale.number % len(able)]


def _salt(email: str) -> bytes:
    """The story is the same whenever it is told, and so are its salts."""
    return uuid.uuid5(uuid.NAMESPACE_OID, email).bytes


def staff_of(tale: Tale) -> Cast:
    """This will hire the staff, at the tale's moment."""
    email = "system@millrace.invalid"
    made = {"email": email, "name": "system", "joined_at": tale.at, "salt": _salt(email), "is_demonstration": True}
    system, _made = Person.objects.get_or_create(is_system=True, defaults=made)
    cast = Cast(system)
    for power, limit, count in STAFF:
        for _number in range(count):
            person = cast.person(power, tale.at)
            with transaction.atomic():
                people.grant_power(person, power, by=system, at=tale.at, limit_cents=limit, grade="chief" if power in FINANCE else "")
            cast.staff.setdefault(power, []).append(person)
    return cast


def register(cast: Cast, tale: Tale) -> None:
    """This will register and confirm every organisation, a dozen a day."""
    for number in range(COMPANY_COUNT):
        cast.companies.append(_company(cast, number, tale))
        if number % 12 == 11:
            tale.pause(1, 1)
    cast.universities = [_university(cast, number, tale) for number in range(len(names.UNIVERSITIES))]


def _company(cast: Cast, number: int, tale: Tale) -> Side:
    name, name_zh = names.company(number)
    place = ("HK", "HK", "Shenzhen", "HK")[number % 4]
    told = organisations.Particulars(name, name_zh, "company", "hk_cr", f"{9_000_001 + number * 37}", "HK", "" if place == "HK" else place)
    return _registered(cast, told, tale)


def _university(cast: Cast, number: int, tale: Tale) -> Side:
    name, name_zh, code = names.university(number)
    return _registered(cast, organisations.Particulars(name, name_zh, "university", "hk_university", code, "HK"), tale, is_subvented=True)


def _registered(cast: Cast, told: organisations.Particulars, tale: Tale, *, is_subvented: bool = False) -> Side:
    signatory = cast.person("signatory", tale.at)
    # In every fourth organisation a colleague writes and the authorised person only signs.
    writer = cast.person("applicant", tale.at) if len(cast.companies) % 4 == 0 else signatory
    tale.at += timedelta(minutes=9)
    organisation = tale.act(organisations.register_organisation, told, by=signatory).organisation
    tale.at += timedelta(minutes=9)
    officer = cast.staff["officer"][organisation.pk % len(cast.staff["officer"])]
    tale.act(organisations.confirm_organisation, organisation, is_subvented=is_subvented, by=officer)
    if writer is not signatory:
        with transaction.atomic():
            people.grant_membership(writer, organisation, Membership.Power.MEMBER, by=signatory, at=tale.at)
    organisation.refresh_from_db()
    return Side(organisation, writer, signatory)


def open_account(cast: Cast, side: Side, tale: Tale) -> None:
    """This will put an applicant's bank account on record and have two people of finance verify it, once."""
    if side.has_account:
        return
    number = f"{800_000_000 + side.organisation.pk}"
    tale.act(
        deliver.propose_account,
        side.organisation,
        holder=side.organisation.name,
        bank_code="004",
        account_number=number,
        by=side.signatory,
    )
    account = PayeeAccount.objects.get(organisation=side.organisation, ended_at=None)
    for power in ("finance_maker", "finance_checker"):
        tale.soon()
        tale.act(deliver.verify_account, account, by=cast.one(power, tale))
    side.has_account = True
