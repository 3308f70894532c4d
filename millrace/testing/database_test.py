"""Tests what every other test stands on — e.g. that a test's rows are committed, its own, and written as the application."""

from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection, transaction

from millrace.testing import database


def test_a_clone_is_entered_as_the_application_and_commits(db_clone, make):
    with transaction.atomic(durable=True):
        case = make.case(status="submitted")
    with db_clone.connect("reader") as reader:
        assert reader.execute("SELECT reference FROM cases_case").fetchall() == [(case.reference,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("DELETE FROM cases_case")
    row = connection.cursor().execute("SELECT current_user, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == ("millrace_app", False, False)


def test_the_next_test_finds_nothing_of_it(make):
    assert make.case().reference
    assert connection.cursor().execute("SELECT count(*) FROM cases_case").fetchone() == (1,)


def test_what_tests_begin_with_is_prepared_once_and_anew_when_the_sources_change(provider, prepared, make, monkeypatch):
    made = []

    def build():
        made.append(connection.settings_dict["NAME"])
        make.case()

    name = prepared("small", build)
    assert prepared("small", build) == name and len(made) == 1
    with provider.cluster.connect(name) as root:
        assert root.execute("SELECT count(*) FROM cases_case").fetchone() == (1,)
    monkeypatch.setattr(database, "sources_hash", lambda: "0" * 12)
    assert prepared("small", build) == f"small_{'0' * 12}" and len(made) == 2
    with provider.cluster.connect() as root:
        assert root.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone() == (0,)
    provider.drop(f"small_{'0' * 12}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE timeline_event SET kind = 'x'",
        "DELETE FROM timeline_seal",
        "TRUNCATE timeline_event CASCADE",
        "UPDATE cases_verdict SET purpose = 'x'",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'x', now())",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_application_may_not_rewrite_what_is_append_only(db_clone, statement):
    with db_clone.connect("app") as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


def test_the_owner_may_what_the_application_may_not(owner_connection):
    assert owner_connection.execute("UPDATE timeline_event SET kind = kind").rowcount == 0


@pytest.mark.parametrize(("free", "is_memory"), [(8 << 30, True), (64 << 20, False), (None, False)])
def test_the_server_lives_in_memory_only_where_it_has_room(monkeypatch, free, is_memory):
    def usage(_folder):
        if free is None:
            raise FileNotFoundError
        return SimpleNamespace(free=free)

    monkeypatch.setattr(database.shutil, "disk_usage", usage)
    monkeypatch.setattr(database.os, "access", lambda _folder, _mode: True)
    monkeypatch.delenv("MILLRACE_TEST_HOME", raising=False)
    monkeypatch.delenv("MILLRACE_HOME", raising=False)
    assert (database.home().path.parent == database.MEMORY) == is_memory
