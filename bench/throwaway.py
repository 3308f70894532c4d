"""A database of its own for one measurement, durable as in real use — e.g. eight writers, every commit on disk."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from millrace.site import database


@contextlib.contextmanager
def opened() -> Iterator[database.Database]:
    """This will start an embedded server in a folder of its own, migrate it, and remove it all afterwards."""
    with tempfile.TemporaryDirectory(prefix="millrace-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        os.environ["MILLRACE_HOME"] = str(Path(folder) / "home")
        subprocess.run([sys.executable, "-m", "millrace.site.command", "migrate"], check=True)
        with database.opened(adopt=True) as target:
            yield target


def enter(target: database.Database) -> None:
    """This will make this process a Django one on `target`, as the application."""
    os.environ.update(target.environment("app"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millrace.site.settings")
    import django

    django.setup()
