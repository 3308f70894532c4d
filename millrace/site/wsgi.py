"""The application granian serves — e.g. each of its two workers answers four applicants at a time."""

import gc
import os
import threading
import time
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from millrace.site import catalogues

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millrace.site.settings")

application: Any = get_wsgi_application()
_ = get_resolver().url_patterns  # every page's module, before the first click rather than with it
catalogues.fold()


def settle() -> None:
    """This will leave what is loaded by now out of the collector's walks: it stays, and a walk would write to each object, which copies
    the memory a worker shares with the process it was forked from."""
    gc.collect()
    gc.freeze()
    # A click makes and drops some ten thousand objects, hardly any of them in circles: looking for those every 700 is work for nothing.
    gc.set_threshold(10_000, 10, 20)


def worker() -> Any:
    """This will give a newly forked worker the application, and let it end when its server is killed."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    return application


def _leave_with_parent() -> None:
    """This will end the worker when its server is killed: an orphan would go on answering on the shared port."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
