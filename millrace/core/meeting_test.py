"""Proves when a committee may recommend — e.g. not while a member in conflict sits in the room."""

from dataclasses import replace

from millrace.core import meeting

SITTING = meeting.Sitting(
    called=frozenset(range(7)),
    present=frozenset({0, 1, 2, 3, 4}),
    left=frozenset({4}),
    declared=frozenset({0, 1, 2, 3}),
    conflicted=frozenset({4}),
)


def codes(sitting: meeting.Sitting) -> list[str]:
    return [problem.code for problem in meeting.problems(sitting)]


def test_four_of_seven_without_the_conflicted_one_may_recommend() -> None:
    assert codes(SITTING) == []
    assert meeting.quorum(SITTING.called) == 4


def test_a_conflicted_member_must_leave() -> None:
    assert codes(replace(SITTING, left=frozenset())) == ["conflicted_stayed"]


def test_every_member_who_stays_has_declared() -> None:
    assert meeting.problems(replace(SITTING, declared=frozenset({0, 1, 2})))[0] == meeting.Problem("not_declared", frozenset({3}))


def test_half_is_no_quorum() -> None:
    assert codes(replace(SITTING, called=frozenset(range(8)))) == ["no_quorum"]


def test_a_stranger_may_not_sit_and_only_the_present_can_leave() -> None:
    told = codes(replace(SITTING, present=SITTING.present | {9}, left=frozenset({4, 6}), declared=SITTING.declared | {9}))
    assert told == ["not_called", "left_without_being_present"]
