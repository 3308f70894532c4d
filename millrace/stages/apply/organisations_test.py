"""Proves that an organisation is registered once and confirmed by an officer — e.g. a second Harbour Precision Ltd is refused."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from millrace.core import identity
from millrace.core.refusal import Refusal
from millrace.registers.messages.models import Mail
from millrace.registers.people import invitations
from millrace.registers.people.models import Membership, Organisation
from millrace.stages.apply.actions import organisations, renaming
from millrace.stages.apply.models import Invitation

AT = datetime(2025, 3, 3, 2, tzinfo=UTC)
KINDS = {"hk_br": identity.Kind("hk_br", "[0-9]{8}"), "cn_uscc": identity.Kind("cn_uscc", "[0-9A-Z]{18}", "uscc")}


@pytest.fixture(autouse=True)
def identifiers(monkeypatch):
    monkeypatch.setattr(organisations.policy, "number_kinds", lambda: KINDS)
    monkeypatch.setattr(renaming.terms, "local_day", lambda at: at.date())


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


def renamed(organisation, by, name="Harbour Photonics Ltd", on=date(2025, 2, 3), **given):
    told = {"name": name, "name_zh": "港灣光電", "renamed_on": on, "by": by, "at": AT, "command": uuid.uuid4()} | given
    return renaming.rename_organisation(organisation, **told)


def test_a_renamed_organisation_is_found_by_both_names_and_told_once(make):
    lee, command = make.person(), uuid.uuid4()
    harbour = make.organisation(name="Harbour Optics Ltd", name_zh="港灣光學")
    case, other = make.case(lead=harbour), make.case()
    untouched = other.search_text
    event = renamed(harbour, lee, command=command)
    assert renamed(harbour, lee, command=command).pk == event.pk
    harbour.refresh_from_db(), case.refresh_from_db(), other.refresh_from_db()
    assert (harbour.name, harbour.name_zh) == ("Harbour Photonics Ltd", "港灣光電")
    for word in ("photonics", "光电", "optics", "光学"):
        assert word in case.search_text
    assert other.search_text == untouched
    former = harbour.former_names.get()
    assert (former.name, former.name_zh, former.until_on) == ("Harbour Optics Ltd", "港灣光學", date(2025, 2, 3))
    assert event.happened_on == date(2025, 2, 3) and "arbour" not in event.body


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "Harbour Optics Ltd", "name_zh": "港灣光學"}, "same-name"),
        ({"name": " ", "name_zh": ""}, "name-missing"),
        ({"on": date(2025, 3, 4)}, "rename-day"),
        ({"on": date(2025, 1, 6)}, "rename-day"),
    ],
)
def test_a_change_of_name_that_cannot_be_is_refused(make, given, code):
    harbour = make.organisation(name="Harbour Ltd", name_zh="港灣")
    renamed(harbour, make.person(), name="Harbour Optics Ltd", name_zh="港灣光學", on=date(2025, 1, 6))
    harbour.refresh_from_db()
    with pytest.raises(Refusal) as no:
        renamed(harbour, make.person(), **given)
    assert no.value.code == code and harbour.former_names.count() == 1


def test_who_registered_an_organisation_does_not_rename_it_and_none_before_it_is_confirmed(make):
    chan = make.person()
    harbour = organisations.register_organisation(particulars(), by=chan, at=AT, command=uuid.uuid4()).organisation
    with pytest.raises(Refusal) as no:
        renamed(harbour, make.person())
    assert no.value.code == "not-confirmed"
    organisations.confirm_organisation(harbour, is_subvented=False, by=make.person(), at=AT, command=uuid.uuid4())
    harbour.refresh_from_db()
    with pytest.raises(Refusal) as no:
        renamed(harbour, chan)
    assert no.value.code == "own-organisation"
