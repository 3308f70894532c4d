"""Brings the database to this program's tables, as its owner — e.g. the column a new NIFS question needs, then the grants.

Runs in a process whose settings carry the owner's login; one migration at a time, whoever starts two.
"""

import os

import django
from django.core.management import call_command

LOCK = 7_231_001


def run(*, app: str, reader: str, verbosity: int = 0) -> None:
    """This will migrate and grant, in turn with any other process doing the same."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millrace.site.settings")
    django.setup()
    from django.db import connection  # after setup: the connection reads the settings

    from millrace.jobs import reactions, reactor  # likewise: they have models
    from millrace.site import grants  # likewise: it asks the app registry

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=verbosity)
            if connection.settings_dict["USER"] != app:
                grants.apply(connection, app=app, reader=reader)
            reactor.introduce(reactions.REACTIONS)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
