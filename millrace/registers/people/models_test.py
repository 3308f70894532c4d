"""Proves that every person has a salt, so that no digest of their words is of the words alone — e.g. of "Fewer applications"."""

import importlib
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from millrace.registers.people.models import Person


def test_nobody_is_without_a_salt_of_their_own(make: Any) -> None:
    first, second = make.person(), make.person()
    assert len(bytes(first.salt)) == len(bytes(second.salt)) == 16 and first.salt != second.salt
    with pytest.raises(IntegrityError, match="person_has_salt"), transaction.atomic():
        make.person(salt=b"")
    with pytest.raises(IntegrityError, match="person_has_salt"), transaction.atomic():
        Person.objects.filter(pk=first.pk).update(salt=b"")


def test_who_was_without_one_is_given_one_and_the_others_keep_theirs(make: Any, owner_connection: Any) -> None:
    salted, bare = make.person(), make.person()
    owner_connection.execute("ALTER TABLE people_person DROP CONSTRAINT person_has_salt")
    owner_connection.execute("UPDATE people_person SET salt = '' WHERE id = %s", [bare.pk])
    migration = importlib.import_module("millrace.registers.people.migrations.0007_every_person_has_a_salt")
    owner_connection.execute(migration.SALTED)
    owner_connection.execute("ALTER TABLE people_person ADD CONSTRAINT person_has_salt CHECK (NOT salt = '')")
    owner_connection.commit()
    assert bytes(Person.objects.get(pk=salted.pk).salt) == bytes(salted.salt)
    assert len(bytes(Person.objects.get(pk=bare.pk).salt)) == 16
