"""Hands every test the fixtures of millrace/testing — e.g. `db_clone`, a database of the test's own."""

pytest_plugins = ["millrace.testing.database", "millrace.testing.making", "millrace.testing.live"]
