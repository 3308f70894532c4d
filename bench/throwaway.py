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
def opened(*, portfolio: bool = False) -> Iterator[database.Database]:
    """This will start an embedded server in a folder of its own, migrate it (and tell the demonstration), and remove it all after.

    MILLRACE_BENCH_HOME names a folder to keep it in instead, for measuring again.
    """
    with contextlib.ExitStack() as stack:
        kept = os.environ.get("MILLRACE_BENCH_HOME")
        folder = kept or stack.enter_context(tempfile.TemporaryDirectory(prefix="millrace-bench-", ignore_cleanup_errors=True))
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder).chmod(0o755)
        os.environ["MILLRACE_HOME"] = str(Path(folder) / "home")
        target = stack.enter_context(database.opened(adopt=True))
        for word in ("prepare", *(("portfolio",) if portfolio else ())):
            subprocess.run([sys.executable, "-m", "millrace.site.command", word], check=True)
        yield target


def enter(target: database.Database) -> None:
    """This will make this process a Django one on `target`, as the application."""
    os.environ.update(target.environment("app"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millrace.site.settings")
    import django

    django.setup()
