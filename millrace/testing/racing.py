"""Many acts at the same moment, each on a database connection of its own — e.g. 32 clicks on one release: one done, 31 refused."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, connections

from millrace.core.refusal import Refusal


def together(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """This will do all at once and give what each answered, a refusal by its code."""
    answers: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            answers[number] = act()
        except Refusal as no:
            answers[number] = no.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.ensure_connection()
    return answers


def race(acts: Sequence[Callable[[], Any]]) -> list[str]:
    """This will do all at once; "done" for each that was, or the code of its refusal."""
    return together([lambda act=act: (act(), "done")[1] for act in acts])
