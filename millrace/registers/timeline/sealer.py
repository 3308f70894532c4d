"""Numbers committed events and chains their hashes — e.g. "as known at noon" is the last seal stamped at or before noon.

Called by jobs several times a second, and by commands and tests before they answer. An event is sealed only after its
transaction committed, and none is skipped: see `timeline_seal` in the migrations.
"""

from datetime import date, datetime

from django.db import connection, transaction

from millrace.registers.people import prepared
from millrace.registers.people import queries as people
from millrace.registers.timeline.models import Seal

CHANNEL = "timeline_sealed"


def seal(at: datetime, is_story: bool = False) -> Seal | None:
    """This will seal every committed event not sealed yet, stamped `at` (or the last stamp, if later); gives the last seal.

    Refused inside a transaction: what it wrote is not committed. Listeners of `timeline_sealed` hear the last number. While a story is told
    nothing is sealed but by its teller: stamps never go back, and one of today would stand on all the story's years.
    """
    if not is_story and people.is_being_told():
        return last_seal()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT timeline_seal(%s, %s)", [at, is_story])
    return last_seal()


def last_seal() -> Seal | None:
    """This will give the latest seal; None before the first."""
    return Seal.objects.order_by("-number").first()


def last_number() -> int:
    """This will give the latest seal's number; 0 before the first."""
    return Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0


_as_known = prepared.Prepared(
    lambda moment: Seal.objects.filter(sealed_at__lte=moment).order_by("-sealed_at", "-number")[:1], moment=datetime
)


def seal_as_known(moment: datetime) -> Seal | None:
    """This will give the last seal stamped at or before `moment`: what "as known at" means. None before the first."""
    return _as_known.first(moment=moment)


def daily_hashes(*, zone: str, since: date | None = None, until: date | None = None) -> list[tuple[date, int, bytes]]:
    """This will give each day's last seal — day in the funder's zone, number, chained hash — newest day first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (day) day, number, chain
                 FROM (SELECT (sealed_at AT TIME ZONE %s)::date AS day, number, chain FROM timeline_seal) sealed
                WHERE day BETWEEN %s AND %s ORDER BY day DESC, number DESC""",
            [zone, since or date.min, until or date.max],
        )
        return [(day, number, bytes(chain)) for day, number, chain in cursor.fetchall()]
