"""Proves that an organisation is registered once and confirmed by an officer — e.g. a second Harbour Precision Ltd is refused."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from millrace.core import identity
from millrace.core.refusal import Refusal
from millrace.registers.messages.models import Mail
from millrace.registers.people import invitations
from millrace.registers.people.models import Membership, Organisation
from millrace.stages.apply.actions import organisations
from millrace.stages.apply.models import Invitation

AT = datetime(2025, 3, 3, 2, tzinfo=UTC)
KINDS = {"hk_br": identity.Kind("hk_br", "[0-9]{8}"), "cn_uscc": identity.Kind("cn_uscc", "[0-9A-Z]{18}", "uscc")}


@pytest.fixture(autouse=True)
def identifiers(monkeypatch):
    monkeypatch.setattr(organisations.policy, "number_kinds", lambda: KINDS)


def particulars(**given):
    told = {"name": "Harbour Precision Ltd", "name_zh": "港灣精工", "kind": "company", "incorporated_in": "HK"}
    return organisations.Particulars(**told | {"registration_kind": "hk_br", "registration_number": "1234 5678"} | given)


def powers_of(person):
    return set(Membership.objects.filter(person=person, ends_at__isnull=True).values_list("power", flat=True))


def test_who_registers_may_draft_at_once_and_sign_after_confirmation(make):
    chan, lee = make.person(), make.person()
    event = organisations.register_organisation(particulars(), by=chan, at=AT, command=uuid.uuid4())
    assert event.organisation.registration_number == "12345678"
    assert powers_of(chan) == {"member", "administrator"}
    organisations.confirm_organisation(event.organisation, is_subvented=False, by=lee, at=AT, command=uuid.uuid4())
    assert powers_of(chan) == {"member", "administrator", "signatory"}
    assert Organisation.objects.get().confirmed_by == lee


def test_a_repeated_click_registers_once_and_another_person_is_told(make):
    chan, command = make.person(), uuid.uuid4()
    first = organisations.register_organisation(particulars(), by=chan, at=AT, command=command)
    again = organisations.register_organisation(particulars(), by=chan, at=AT, command=command)
    assert again.pk == first.pk
    with pytest.raises(Refusal) as no:
        organisations.register_organisation(particulars(name="Harbour"), by=make.person(), at=AT, command=uuid.uuid4())
    assert no.value.code == "organisation-already-registered"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"registration_number": "1234567"}, "registration-number-wrong-shape", "registration_number"),
        ({"registration_kind": "passport"}, "registration-number-unknown-kind", "registration_number"),
        (
            {"registration_kind": "cn_uscc", "registration_number": "91110000600037342L"},
            "registration-number-wrong-check-digit",
            "registration_number",
        ),
        ({"name": " ", "name_zh": ""}, "name-missing", "name"),
    ],
)
def test_wrong_particulars_are_refused_by_field(make, given, code, field):
    with pytest.raises(Refusal) as no:
        organisations.register_organisation(particulars(**given), by=make.person(), at=AT, command=uuid.uuid4())
    assert (no.value.code, no.value.field) == (code, field)


def test_nobody_confirms_what_they_registered(make):
    chan = make.person()
    event = organisations.register_organisation(particulars(), by=chan, at=AT, command=uuid.uuid4())
    with pytest.raises(Refusal) as no:
        organisations.confirm_organisation(event.organisation, is_subvented=False, by=chan, at=AT, command=uuid.uuid4())
    assert no.value.code == "own-organisation"


def test_a_colleague_is_invited_accepts_once_and_may_be_ended(make):
    chan, wong, stranger = make.person(), make.person(), make.person()
    harbour = organisations.register_organisation(particulars(), by=chan, at=AT, command=uuid.uuid4()).organisation
    secret = invitations.new_secret()
    told = {"power": "signatory", "secret": secret, "link": f"https://here/{secret}", "by": chan, "at": AT}
    event = organisations.invite_colleague(harbour, email=wong.email.upper(), command=uuid.uuid4(), **told)
    assert secret in Mail.objects.get(person=wong).body and wong.email not in event.body and secret not in event.body
    for_nobody_else = [(stranger, secret), (wong, "guessed")]
    for person, brought in for_nobody_else:
        with pytest.raises(Refusal) as no:
            organisations.accept_invitation(secret=brought, by=person, at=AT, command=uuid.uuid4())
        assert no.value.status == 404
    organisations.accept_invitation(secret=secret, by=wong, at=AT, command=uuid.uuid4())
    assert powers_of(wong) == {"member", "signatory"} and Invitation.objects.get().accepted_by == wong
    signing = Membership.objects.get(person=wong, power="signatory")
    organisations.end_membership(signing, by=chan, at=AT + timedelta(days=1), command=uuid.uuid4())
    assert powers_of(wong) == {"member"}


def test_only_an_administrator_invites_and_the_last_one_stays(make):
    chan, wong = make.person(), make.person()
    harbour = organisations.register_organisation(particulars(), by=chan, at=AT, command=uuid.uuid4()).organisation
    with pytest.raises(Refusal) as no:
        organisations.invite_colleague(harbour, email="a@b.hk", power="member", secret="s", link="", by=wong, at=AT, command=uuid.uuid4())
    assert no.value.status == 404
    last = Membership.objects.get(person=chan, power="administrator")
    with pytest.raises(Refusal) as no:
        organisations.end_membership(last, by=chan, at=AT, command=uuid.uuid4())
    assert no.value.code == "last-administrator"


def test_an_invitation_left_too_long_is_over(make):
    chan, wong = make.person(), make.person()
    harbour = organisations.register_organisation(particulars(), by=chan, at=AT, command=uuid.uuid4()).organisation
    told = {"email": wong.email, "power": "member", "secret": "s", "link": "https://here/s", "by": chan, "at": AT}
    organisations.invite_colleague(harbour, command=uuid.uuid4(), **told)
    with pytest.raises(Refusal) as no:
        organisations.accept_invitation(secret="s", by=wong, at=AT + timedelta(days=14), command=uuid.uuid4())
    assert no.value.code == "invitation-expired" and powers_of(wong) == set()
