"""Tests reactions — e.g. that a reaction killed between its act and its cursor acts once, though it is called twice."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

from django.db import connection

from millrace.core.refusal import Refusal
from millrace.jobs import reactor
from millrace.jobs.models import Cursor
from millrace.jobs.reactions import Reaction
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
KIND = "scheme_version_published"


def say(version, by, kind=KIND):
    return timeline.record(
        kind, command=uuid.uuid4(), by=by, at=NOON, scheme_version=version, facts={"scheme": version.scheme, "version": version.version}
    )


def noting(seen, fail=None):
    def act(event, by, at, command):
        if fail and fail(event):
            raise fail(event)
        assert by.is_system
        seen.append((event.pk, command))

    return Reaction("noting", frozenset({KIND}), act)


def test_acts_follow_the_sealed_order_and_a_repeat_has_the_same_command(make):
    version, seen = make.scheme_version(), []
    reaction = noting(seen)
    reactor.follow_all([reaction], at=NOON)
    events = [say(version, make.system()) for _ in range(3)]
    assert reactor.follow_all([reaction], at=NOON) == 0  # not sealed yet
    sealer.seal(NOON)
    assert reactor.follow_all([reaction], at=NOON) == 3
    assert [pk for pk, _command in seen] == [event.pk for event in events]
    Cursor.objects.update(number=0)  # as if killed before the cursor moved
    reactor.follow_all([reaction], at=NOON)
    assert seen[3:] == seen[:3]


def test_a_new_reaction_does_not_look_back(make):
    say(make.scheme_version(), make.system())
    sealer.seal(NOON)
    seen = []
    assert reactor.follow_all([noting(seen)], at=NOON) == 0
    assert Cursor.objects.get(reaction="noting").number == sealer.last_number()


def test_a_refusal_is_passed_and_a_failure_waits_for_its_retry(make):
    version, seen = make.scheme_version(), []
    troubles = {}
    reaction = noting(seen, fail=lambda event: troubles.get(event.pk))
    reactor.follow_all([reaction], at=NOON)
    first, second, third = (say(version, make.system()) for _ in range(3))
    troubles.update({first.pk: Refusal("not-now"), second.pk: ValueError("broken")})
    sealer.seal(NOON)
    reactor.follow_all([reaction], at=NOON)
    assert seen == [] and Cursor.objects.get(reaction="noting").attempts == 1
    del troubles[second.pk]
    assert reactor.follow_all([reaction], at=NOON) == 0
    reactor.follow_all([reaction], at=NOON + timedelta(seconds=5))
    assert [pk for pk, _command in seen] == [second.pk, third.pk]
    assert Cursor.objects.get(reaction="noting").attempts == 0


def test_two_processes_do_not_follow_the_same_reaction_at_once(make):
    version, seen, inside = make.scheme_version(), [], []
    reaction = noting(seen)
    reactor.follow_all([reaction], at=NOON)
    say(version, make.system())
    sealer.seal(NOON)

    def other():
        inside.append(reactor.follow(reaction, last=sealer.last_number(), at=NOON))
        connection.close()

    with reactor._alone(reaction) as is_ours:
        assert is_ours
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert inside == [0] and seen == []
