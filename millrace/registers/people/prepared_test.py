"""What is put into SQL once answers as the queryset does, and writes as a model's own save does — e.g. the powers of two persons."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist

from millrace.registers.people import prepared, queries
from millrace.registers.people.models import Membership, Organisation, Person, Power
from millrace.testing.making import NOON, Making

AT = datetime(2024, 3, 1, tzinfo=UTC)


def test_rows_come_as_the_queryset_gives_them(make: Making) -> None:
    members = prepared.Prepared(
        lambda organisation, at: Membership.objects.filter(organisation=organisation, starts_at__lte=at).select_related("person"),
        organisation=int,
        at=datetime,
    )
    first, second = make.organisation(), make.organisation()
    here, there = make.member(first), make.member(second)
    at = NOON + timedelta(days=1)
    assert {row.person for row in members(organisation=first.pk, at=at)} == {here}
    assert {row.person.email for row in members(organisation=second.pk, at=at)} == {there.email}
    assert members(organisation=first.pk, at=AT - timedelta(days=9999)) == []


def test_values_and_flat_values_come_as_tuples_and_as_themselves(make: Making) -> None:
    make.person(powers=("officer",))
    pairs = prepared.Prepared(lambda power: Power.objects.filter(power=power).values_list("power", "limit_cents"), power=str)
    flat = prepared.Prepared(lambda power: Power.objects.filter(power=power).values_list("power", flat=True), power=str)
    assert pairs(power="officer") == [("officer", None)]
    assert flat(power="officer") == ["officer"] and flat.first(power="nobody") is None


def test_a_question_that_leaves_a_value_unused_is_refused(make: Making) -> None:
    unused = prepared.Prepared(lambda person, at: Person.objects.filter(pk=person), person=int, at=datetime)
    with pytest.raises(TypeError, match="at"):
        unused(person=1, at=AT)


def test_an_inserted_row_reads_back_as_it_was_made(make: Making) -> None:
    person = Person(email=f"{uuid.uuid4().hex}@example.invalid", name="Invented", joined_at=AT, salt=b"salt")
    prepared.insert(person)
    assert person.pk and not person._state.adding
    kept = Person.objects.get(pk=person.pk)
    assert [getattr(kept, field.attname) for field in Person._meta.concrete_fields if field.name != "salt"] == [
        getattr(person, field.attname) for field in Person._meta.concrete_fields if field.name != "salt"
    ]
    assert bytes(kept.salt) == b"salt"


def test_an_update_writes_the_named_fields_of_that_row_alone(make: Making) -> None:
    one, other = make.organisation(), make.organisation()
    one.place, one.confirmed_at, one.name = "shenzhen", None, "Not written"
    prepared.update(one, "place", "confirmed_at")
    kept = Organisation.objects.get(pk=one.pk)
    assert (kept.place, kept.confirmed_at) == ("shenzhen", None) and kept.name != "Not written"
    assert Organisation.objects.get(pk=other.pk).place == other.place
    one.pk = 999_999_999
    with pytest.raises(ObjectDoesNotExist):
        prepared.update(one, "place", "confirmed_at")


def test_what_came_with_a_person_holds_at_the_moments_at_which_it_is_asked_for(make: Making) -> None:
    organisation = make.organisation()
    person, end = make.member(organisation, "member", "signatory"), NOON + timedelta(microseconds=7)
    person.powers.create(power="officer", starts_at=NOON, ends_at=end, granted_by=person)
    person.powers.create(power="auditor", starts_at=end, granted_by=person)
    person.memberships.filter(power="signatory").update(ends_at=end)
    [found] = queries.with_grants(Person.objects.filter(pk=person.pk))
    tick = timedelta(microseconds=1)
    for at in (NOON - tick, NOON, end - tick, end, end + tick):
        assert queries.grants_read(found, at) == queries.grants_of(person, at), at
    assert queries.grants_read(found, end) == (frozenset({"auditor"}), {organisation.pk: frozenset({"member"})})
