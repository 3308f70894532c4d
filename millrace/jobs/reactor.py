"""Follows the sealed timeline, one cursor for each reaction — e.g. seals 4,212 to 4,251 hold two submissions to screen.

At least once and in order: the cursor moves after the act committed, and the act's command id makes a repeat harmless. A refusal is
an answer and is passed; any other failure keeps that reaction at its event, and is tried again ever more slowly.
"""

import contextlib
import logging
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, connection

from millrace.core.refusal import Refusal
from millrace.jobs.models import Cursor
from millrace.jobs.reactions import Reaction
from millrace.registers.people.models import Person
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Seal

BATCH = 100
LOCKS = 7_231_100
SLOWEST_RETRY_SECONDS = 600
logger = logging.getLogger(__name__)


def introduce(reactions: Sequence[Reaction]) -> None:
    """This will give each new reaction its cursor, at the last seal: it looks forward from now, not back over all history.

    Done by every migration, so that a reaction of a new database misses nothing published before the jobs first start.
    """
    for reaction in reactions:
        last = sealer.last_number()
        Cursor.objects.get_or_create(reaction=reaction.name, defaults={"number": last})


def pass_all() -> None:
    """This will move every cursor to the last seal: a story told as a whole has had its consequences told."""
    Cursor.objects.update(number=sealer.last_number(), attempts=0, trouble="", retry_at=None)


def follow_all(reactions: Sequence[Reaction], *, at: datetime) -> int:
    """This will bring every reaction up to the last seal and return how many acts were done. Two queries when nothing is new."""
    last = sealer.last_number()
    stands = dict(Cursor.objects.values_list("reaction", "number"))
    introduce([reaction for reaction in reactions if reaction.name not in stands])
    return sum(follow(reaction, last=last, at=at) for reaction in reactions if stands.get(reaction.name, last) < last)


def follow(reaction: Reaction, *, last: int, at: datetime) -> int:
    """This will act on the sealed events the reaction has not dealt with, unless another process is at it."""
    with _alone(reaction) as is_ours:
        if not is_ours:
            return 0
        cursor = Cursor.objects.get(reaction=reaction.name)
        if cursor.number >= last or (cursor.retry_at and cursor.retry_at > at):
            return 0
        waiting = Seal.objects.filter(number__gt=cursor.number, number__lte=last, event__kind__in=reaction.kinds)
        seals = list(waiting.select_related("event").order_by("number")[:BATCH])
        for done, seal in enumerate(seals):
            if not _act(reaction, seal, cursor, at):
                return done
        if len(seals) < BATCH:
            _move(cursor, last)
        return len(seals)


def _act(reaction: Reaction, seal: Seal, cursor: Cursor, at: datetime) -> bool:
    """This will do one act and move the cursor past it; False when it failed and must be tried again."""
    by = Person.objects.get(is_system=True)
    try:
        reaction.act(seal.event, by, at, reaction.command(seal.event))
    except Refusal as refusal:
        logger.info("%s passes seal %s: %s", reaction.name, seal.number, refusal.code)
    except DatabaseError:
        if not connection.is_usable():
            raise
        _stumble(reaction, seal, cursor, at)
        return False
    except Exception:  # whatever an action raises is written down and tried again: one bad event must not end the process
        _stumble(reaction, seal, cursor, at)
        return False
    _move(cursor, seal.number)
    return True


def _move(cursor: Cursor, number: int) -> None:
    cursor.number, cursor.attempts, cursor.trouble, cursor.retry_at = number, 0, "", None
    cursor.save()


def _stumble(reaction: Reaction, seal: Seal, cursor: Cursor, at: datetime) -> None:
    logger.exception("%s stumbles over seal %s", reaction.name, seal.number)
    cursor.attempts += 1
    cursor.trouble = f"seal {seal.number}, event kind {seal.event.kind}"
    cursor.retry_at = at + timedelta(seconds=min(2**cursor.attempts, SLOWEST_RETRY_SECONDS))
    cursor.save()


@contextlib.contextmanager
def _alone(reaction: Reaction) -> Iterator[bool]:
    """This will hold the reaction against other jobs processes. A lock of the session: each act commits on its own."""
    key = [LOCKS, zlib.crc32(reaction.name.encode()) - 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s::int, %s::int)", key)
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours and connection.connection and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s::int, %s::int)", key)
