"""Runs granian with the application loaded, and asked for the public pages once, before its workers are forked from it: what no click
changes — code, the published policies, names of languages and places — is read once and held in memory once for both.
"""

import contextlib
from wsgiref.util import setup_testing_defaults

from django.db import connections
from granian.cli import entrypoint

from millrace.site import threads, wsgi

PAGES = ("/", "/schemes/", "/find/")


def warm() -> None:
    """This will ask for the public pages; without a database that answers, the workers read for themselves when they are asked."""
    for page in PAGES:
        environ: dict[str, str] = {"PATH_INFO": page, "HTTP_HOST": "127.0.0.1"}
        setup_testing_defaults(environ)
        with contextlib.closing(wsgi.application(environ, lambda *_: None)) as answer:
            list(answer)
    connections.close_all()  # a connection has one owner


if __name__ == "__main__":
    threads.own()
    warm()
    wsgi.settle()
    entrypoint()
