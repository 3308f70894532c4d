"""The jobs process: seals, projects and reacts several times a second, and does the nightly work — e.g. seals a submission 0.1 s later."""

import functools
import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection

from millrace.jobs import nightly, reactions, reactor
from millrace.registers.messages import actions as messages
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.deliver import keeping
from millrace.web import clock

TICK_SECONDS = 0.2
MAIL_SECONDS = 1.0
NIGHTLY_CHECK_SECONDS = 30.0
logger = logging.getLogger(__name__)


@dataclass
class Periodic:
    """Something done every so many seconds, whatever else happens."""

    seconds: float
    task: Callable[..., object]
    next_at: float = 0.0

    def run_if_due(self) -> None:
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + self.seconds
            self.task(at=clock.now())


def tick(table: Sequence[reactions.Reaction] | None = None) -> int:
    """This will seal what committed, bring the sheet and the open instalments after it and act on it; gives how many acts were done, and
    one more where more waits."""
    at = clock.now()
    sealer.seal(at)
    sheet.project()
    more = keeping.step(at)
    return reactor.follow_all(reactions.REACTIONS if table is None else table, at=at) + more


def run(*, should_stop: Callable[[], bool] | None = None) -> int:
    """This will work until SIGTERM or SIGINT, or until the process that started it is gone."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda which, _frame: told.append(which))
    parent = os.getppid()
    due = [Periodic(MAIL_SECONDS, messages.deliver_mail), Periodic(NIGHTLY_CHECK_SECONDS, night)]
    while not told and os.getppid() == parent and not (should_stop and should_stop()):
        try:
            acts = tick()
            for periodic in due:
                periodic.run_if_due()
            if not acts:
                _wait()
        except (DatabaseError, InterfaceError):
            logger.warning("the database is away; trying again", exc_info=not told)
            connection.close()
            time.sleep(TICK_SECONDS)
    connection.close()
    return 0


def night(*, at: datetime) -> None:
    """This will have a night's work done, when it is due, by a process of its own."""
    if nightly.is_due(at):
        apart(functools.partial(nightly.run_if_due, at=at))


def apart(work: Callable[[], object]) -> None:
    """This will do some work in a copy of this process and wait for it: what the work loads and gathers leaves with the copy,
    where this process would weigh a third more ever after."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    # The connection is the parent's: it is left alone, neither used nor closed, and the work opens its own.
    _parents, connection.connection = connection.connection, None
    try:
        work()
    except Exception:  # whatever it is, the copy must end below: raised on, it would run the jobs a second time
        logger.exception("work of its own process fails")
    finally:
        connection.close()
        os._exit(0)


def _wait() -> None:
    """This will sleep one tick, or less when another process seals meanwhile."""
    connection.ensure_connection()
    raw = connection.connection
    raw.execute(f"LISTEN {sealer.CHANNEL}")
    for _notice in raw.notifies(timeout=TICK_SECONDS, stop_after=1):
        return
