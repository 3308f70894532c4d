"""Keeps what belongs to one request in the thread that answers it — e.g. its language, read a hundred times a page.

Django keeps such things where an asynchronous server would find them too, which costs a twentieth of a click. These workers are plain
threads, each with one request at a time.
"""

import threading

from django.db import connections
from django.urls import base
from django.utils import timezone
from django.utils.translation import trans_real


def own() -> None:
    """This will give language, time zone, addresses and database connections a place in each thread; called before the first request."""
    for holder, name in ((trans_real, "_active"), (timezone, "_active"), (base, "_prefixes"), (base, "_urlconfs")):
        assert hasattr(holder, name), f"{holder.__name__} keeps {name} elsewhere"
        setattr(holder, name, threading.local())
    assert hasattr(connections, "_connections"), "Django keeps its connections elsewhere"
    connections._connections = threading.local()
