"""What each database role may touch, set anew after every migration — e.g. the application may add an event and never change one.

An app says in its `apps.py` which of its models are `append_only` (the application inserts and reads) and which are `closed`
(the application reads; functions of the owner write). Every other table is read and written by the application.
"""

from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

# Known from the laws, so that they hold even before an app says so.
APPEND_ONLY = {"timeline.event", "timeline.seal", "cases.verdict", "cases.reading", "documents.reading", "ledger.posting"}
CLOSED = {"ledger.balance"}
CLOSED_TABLES = {"django_migrations"}


def tables(kind: str) -> set[str]:
    """This will name the database tables of the models declared `append_only` or `closed`."""
    known = APPEND_ONLY if kind == "append_only" else CLOSED
    named = set() if kind == "append_only" else set(CLOSED_TABLES)
    for model in apps.get_models():
        declared = {name.lower() for name in getattr(apps.get_app_config(model._meta.app_label), kind, ())}
        if model._meta.model_name in declared or model._meta.label_lower in known:
            named.add(model._meta.db_table)
    return named


def apply(connection: BaseDatabaseWrapper, *, app: str, reader: str) -> None:
    """This will grant both roles exactly what they need; `connection` is the owner's."""
    to = {"app": sql.Identifier(app), "reader": sql.Identifier(reader)}
    steps = [
        "GRANT USAGE ON SCHEMA public TO {app}, {reader}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
    ]
    statements = [sql.SQL(step).format(**to) for step in steps]
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for kind, verbs in (("append_only", "UPDATE, DELETE, TRUNCATE"), ("closed", "INSERT, UPDATE, DELETE, TRUNCATE")):
            for table in sorted(tables(kind) & existing):
                revoke = sql.SQL("REVOKE " + verbs + " ON TABLE {table} FROM {app}")
                statements.append(revoke.format(table=sql.Identifier(table), app=to["app"]))
        statements += [step.format(**to) for step in _on_functions(cursor)]
        for statement in statements:
            cursor.execute(statement.as_string(cursor.connection))


def _on_functions(cursor: Any) -> list[sql.SQL]:
    """This will keep the reader out of functions that write with the owner's rights; by default anyone may call them."""
    cursor.execute(
        """SELECT oid::regprocedure::text, prosecdef FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole AND prokind = 'f'"""
    )
    steps = []
    for name, writes_as_owner in cursor.fetchall():
        function = name.replace("{", "{{").replace("}", "}}")
        steps.append(sql.SQL(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC"))
        steps.append(sql.SQL(f"GRANT EXECUTE ON FUNCTION {function} TO " + ("{app}" if writes_as_owner else "{app}, {reader}")))
    return steps
