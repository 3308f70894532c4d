"""Publishing the policy: once, whole or not at all, never changed — e.g. a mended clause of NIFS of 2024 becomes its erratum."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection

from millrace.core import toml_text
from millrace.core.policy_folder import read
from millrace.core.refusal import Refusal
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Publication, SchemeVersion
from millrace.registers.timeline.models import Event
from millrace.stages.plan import actions
from millrace.testing.making import NOON
from millrace.testing.policies import HONG_KONG, files_of

EUROPE = HONG_KONG.parent / "eu-sme-instrument"


def publish(make, folder=None, at=NOON, command=None):
    return actions.publish_policy(folder or files_of(HONG_KONG), by=make.person(), at=at, command=command or uuid.uuid4())


@pytest.mark.usefixtures("db_clone")
def test_a_folder_is_published_once(make):
    command = uuid.uuid4()
    first = publish(make, command=command)
    versions = {(row.scheme, row.version): row for row in SchemeVersion.objects.all()}
    written = {(slug, version.id) for slug, scheme in read.policy(files_of(HONG_KONG)).schemes.items() for version in scheme.versions}
    assert written >= {("nifs", "v1"), ("nifs", "v2"), ("nifs", "v3"), ("raise-plus", "v1"), ("raise-plus", "v2")}
    assert set(versions) == written
    assert Event.objects.filter(kind="scheme_version_published").count() == len(written)
    repeated = publish(make, command=command)
    assert {event.pk for event in repeated.events} == {event.pk for event in first.events}
    again = publish(make, at=NOON + timedelta(days=1))
    assert again.events == ()
    assert again.unchanged_count == len(written) + 2


@pytest.mark.usefixtures("db_clone")
def test_stored_versions_say_what_the_folder_said(make):
    publish(make)
    in_doubt = policy.rows_in_force("nifs", date(2025, 6, 15))
    assert [row.version for row in in_doubt] == ["v2", "v3"]
    reading = policy.scheme_version_in_force("nifs", NOON)
    assert reading.value is not None and reading.value.version == "v3"
    book = policy.read_version(reading.value)
    assert book.sha256 == reading.value.sha256
    assert book.letters["refused"].fields >= {"reasons"}
    assert {scheme.slug for scheme in policy.published_schemes(NOON)} >= {"nifs", "raise-plus"}
    assert policy.published_schemes(NOON - timedelta(days=1)) == []
    assert str(policy.zone()) == "Asia/Hong_Kong"
    assert not policy.calendar().is_working_day(date(2025, 4, 18))
    assert policy.fund("itf-nifs").committed == 200_000_000_000


@pytest.mark.usefixtures("db_clone")
def test_a_mended_text_becomes_an_erratum_and_the_old_one_stays(make):
    publish(make)
    folder = files_of(HONG_KONG)
    path = "schemes/nifs/rules.toml"
    folder[path] = folder[path].replace(b'clause = { en = "Total funding ceiling"', b'clause = { en = "Cumulative funding ceiling"')
    later = NOON + timedelta(days=30)
    mended = publish(make, folder, at=later)
    # The rule holds in the versions of 2024 and 2025; the version of 2020 does not have it.
    assert sorted(event.facts["version"] for event in mended.events if event.scheme_version_id) == ["v2", "v3"]
    assert SchemeVersion.objects.filter(scheme="nifs", version="v2").count() == 2
    before = policy.rows_in_force("nifs", date(2024, 3, 1), known_at=NOON)[0]
    after = policy.rows_in_force("nifs", date(2024, 3, 1), known_at=later)[0]
    assert policy.read_version(before).rule("ceiling-per-applicant").clause == "Total funding ceiling"
    assert policy.read_version(after).rule("ceiling-per-applicant").clause == "Cumulative funding ceiling"


@pytest.mark.usefixtures("db_clone")
def test_a_mended_text_can_be_put_back_as_it_was_and_stands_last(make):
    publish(make)
    folder = files_of(HONG_KONG)
    path = "schemes/nifs/rules.toml"
    folder[path] = folder[path].replace(b'clause = { en = "Total funding ceiling"', b'clause = { en = "Cumulative funding ceiling"')
    days = [NOON + timedelta(days=number) for number in (0, 30, 60)]
    publish(make, folder, at=days[1])
    put_back = publish(make, at=days[2])
    assert sorted(event.facts["version"] for event in put_back.events if event.scheme_version_id) == ["v2", "v3"]
    rows = [policy.rows_in_force("nifs", date(2024, 3, 1), known_at=day)[0] for day in days]
    assert len({row.pk for row in rows}) == 3 and rows[0].sha256 == rows[2].sha256 != rows[1].sha256
    assert {event.scheme_version_id for event in put_back.events} > {rows[2].pk}
    assert [policy.read_version(row).rule("ceiling-per-applicant").clause[:5] for row in rows] == ["Total", "Cumul", "Total"]
    again = publish(make, at=days[2] + timedelta(days=1))
    assert again.events == ()


@pytest.mark.usefixtures("db_clone")
def test_the_folder_of_another_funder_is_refused_in_a_database_in_use(make):
    publish(make)
    before = [model.objects.count() for model in (SchemeVersion, Publication, Event)]
    with pytest.raises(Refusal) as caught:
        publish(make, files_of(EUROPE), at=NOON + timedelta(days=1))
    assert caught.value.code == "another-funder" and caught.value.next_step
    assert set(caught.value.values.values()) == {read.policy(files_of(folder)).funder.slug for folder in (HONG_KONG, EUROPE)}
    assert [model.objects.count() for model in (SchemeVersion, Publication, Event)] == before


@pytest.mark.usefixtures("db_clone")
def test_a_half_written_folder_publishes_nothing_and_the_last_policy_holds(make):
    publish(make)
    before = SchemeVersion.objects.count()
    folder = files_of(HONG_KONG)
    folder["schemes/nifs/rules.toml"] = folder["schemes/nifs/rules.toml"].replace(b"less_than = 3", b"less_than = three")
    with pytest.raises(toml_text.Unreadable) as caught:
        publish(make, folder)
    assert caught.value.findings[0].file == "schemes/nifs/rules.toml"
    assert SchemeVersion.objects.count() == before
    assert policy.scheme_version_in_force("nifs", NOON).value is not None


@pytest.mark.usefixtures("db_clone")
@pytest.mark.parametrize("table", ["policy_schemeversion", "policy_publication"])
@pytest.mark.parametrize("change", ["UPDATE {} SET sha256 = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_published_cannot_be_changed_even_in_raw_sql(make, table, change):
    publish(make, at=datetime(2026, 1, 5, tzinfo=UTC))
    assert Publication.objects.exists()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(change.format(table))
