"""Where a case may go from where it is, as one table per workflow — e.g. NIFS: screened, to the committee, to the authority.

A scheme composes its workflow of steps (`screening`, `expert_review`, `business_review`, `committee`, `authority`,
`joint_funder`, `delegated_selection`); what comes before and after them is the same for every scheme. Whoever takes the last step
decides: the authority, or a committee that approves by itself.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# When a step comes, lowest first; steps of one place go in whichever order a scheme names them: a university's panel may select before
# the funder looks or after, and expert and business review share one status, for they may go on side by side.
_PLACES = {
    "delegated_selection": 0,
    "screening": 0,
    "expert_review": 1,
    "business_review": 1,
    "committee": 2,
    "joint_funder": 3,
    "authority": 4,
}
STEPS = tuple(_PLACES)

DRAFT = frozenset({"draft", "awaiting_sign_off"})
# Looked at, and not yet advised on.
_BEFORE_ADVICE = frozenset({"screened", "under_assessment", "selected"})
# Ended without support; each ending has its letter and releases its money.
ENDED_WITHOUT = frozenset({"ineligible", "withdrawn", "lapsed", "refused", "declined"})
SUSPENDED = "suspended"
IN_FORCE = frozenset({"in_force", SUSPENDED})
ENDED = ENDED_WITHOUT | {"closed", "terminated"}
STATUSES = (
    *("draft", "awaiting_sign_off", "submitted", "information_needed", "screened", "under_assessment", "selected"),
    *("recommended", "not_recommended", "jointly_supported", "approved", "refused"),
    *("declined", "in_force", "suspended", "terminated", "closed"),
    *("ineligible", "withdrawn", "lapsed"),
)
# Agreed: the agreement is or was in force, which the public register shows.
AGREED = tuple(status for status in STATUSES if status in IN_FORCE | {"closed", "terminated"})
# Handed in, and neither approved nor ended: what is asked for may still come to be given.
UNDECIDED = frozenset(STATUSES) - DRAFT - ENDED - IN_FORCE - {"approved"}


@dataclass(frozen=True)
class Move:
    """One permitted move: its name (the verb of the action that makes it), from which status, to which."""

    name: str
    source: str
    target: str


def _table(*rows: str) -> tuple[Move, ...]:
    """This will read lines of the form "name: source, source → target"."""
    found = []
    for row in rows:
        name, _, path = row.partition(": ")
        sources, _, target = path.partition(" → ")
        found += [Move(name, source, target) for source in sources.split(", ")]
    return tuple(found)


# "here" is the status in which the step before left the case.
_APPLY = _table(
    "ask_sign_off: draft → awaiting_sign_off",
    "return_to_draft: awaiting_sign_off → draft",
    "submit: draft, awaiting_sign_off → submitted",
)
_STEP_MOVES: Mapping[str, tuple[Move, ...]] = {
    "screening": _table(
        "ask_back: here, information_needed → information_needed",
        "answer: information_needed → here",
        "pass_screening: here, information_needed → screened",
        "find_ineligible: here, information_needed → ineligible",
        "reverse_ineligible: ineligible → here",
        "reverse_ineligible_asked: ineligible → information_needed",
        "lapse: information_needed → lapsed",
    ),
    "expert_review": _table("begin_assessment: here → under_assessment"),
    "business_review": _table("begin_assessment: here → under_assessment"),
    "delegated_selection": _table("select: here → selected", "pass_over: here → refused"),
    "committee": _table(
        "begin_assessment: here → under_assessment",
        "recommend: here, under_assessment → recommended",
        "not_recommend: here, under_assessment → not_recommended",
        "refer_back: recommended, not_recommended → under_assessment",
    ),
    "joint_funder": _table(
        "record_joint_support: here → jointly_supported",
        "record_joint_refusal: here, jointly_supported → refused",
    ),
    "authority": _table("approve: here → approved", "refuse: here, not_recommended → refused"),
}
# A committee that takes the last step: what it records is the decision.
_DECIDING_COMMITTEE = _table(
    "begin_assessment: here → under_assessment",
    "approve_in_committee: here, under_assessment → approved",
    "refuse_in_committee: here, under_assessment → refused",
)
DECIDERS = ("authority", "committee")
_LEAVES_IN = {
    "screening": "screened",
    "expert_review": "under_assessment",
    "business_review": "under_assessment",
    "delegated_selection": "selected",
    "committee": "recommended",
    "joint_funder": "jointly_supported",
    "authority": "approved",
}
_AFTER = _table(
    "accept_offer: approved → in_force",
    "decline_offer: approved → declined",
    "lapse_offer: approved → lapsed",
    "suspend: in_force → suspended",
    "resume: suspended → in_force",
    "open_next_stage: in_force → in_force",
    "terminate: in_force, suspended → terminated",
    "close: in_force → closed",
    "reopen: closed, terminated → in_force",
)
# Once approved, an applicant declines the offer: the reservation must be released with it.
_NO_LONGER_WITHDRAWN = ENDED | IN_FORCE | {"approved"}


@functools.lru_cache(maxsize=256)
def table(workflow: tuple[str, ...]) -> tuple[Move, ...]:
    """This will compose a workflow's whole table; an unknown step, a step twice or out of order, or nobody who decides is refused."""
    known_once = len(set(workflow)) == len(workflow) and set(workflow) <= set(STEPS)
    if not known_once or list(workflow) != sorted(workflow, key=_PLACES.__getitem__) or not workflow or workflow[-1] not in DECIDERS:
        raise ValueError(f"a workflow takes each step once, in the order {', '.join(STEPS)}, and ends with who decides: {workflow}")
    moves, here = list(_APPLY), "submitted"
    for step in workflow[:-1]:
        moves += [_placed(move, here) for move in _STEP_MOVES[step]]
        here = _LEAVES_IN[step]
    moves += [_placed(move, here) for move in (_STEP_MOVES["authority"] if workflow[-1] == "authority" else _DECIDING_COMMITTEE)]
    moves += _AFTER
    if "joint_funder" in workflow:
        # The other funder has its own pace: it may refuse before our committee has advised, and an approval stands only with both.
        moves += [Move("record_joint_refusal", status, "refused") for status in path(workflow) if status in _BEFORE_ADVICE]
    known = {status for move in moves for status in (move.source, move.target)}
    moves += [Move("withdraw", status, "withdrawn") for status in STATUSES if status in known and status not in _NO_LONGER_WITHDRAWN]
    return tuple(dict.fromkeys(move for move in moves if move.source != move.target or move.name in ("ask_back", "open_next_stage")))


def follows(before: Sequence[str], step: str) -> bool:
    """This will say whether a step may come after those before it."""
    return all(_PLACES.get(one, 0) <= _PLACES.get(step, 0) for one in before)


def _placed(move: Move, here: str) -> Move:
    return Move(move.name, here if move.source == "here" else move.source, here if move.target == "here" else move.target)


def moves(workflow: Iterable[str], status: str) -> tuple[Move, ...]:
    """This will give the moves a case in `status` may make."""
    return tuple(move for move in table(tuple(workflow)) if move.source == status)


def may_move(workflow: Iterable[str], status: str, name: str) -> bool:
    """This will say whether a case in `status` may make the move called `name`."""
    return any(move.name == name for move in moves(workflow, status))


def after(workflow: Iterable[str], status: str, name: str) -> str | None:
    """This will give the status the move leads to; None when it is not permitted."""
    return next((move.target for move in moves(workflow, status) if move.name == name), None)


def next_statuses(workflow: Iterable[str], status: str) -> frozenset[str]:
    """This will give every status one move away."""
    return frozenset(move.target for move in moves(workflow, status))


def path(workflow: Sequence[str]) -> tuple[str, ...]:
    """This will give the statuses a case passes through when every answer is yes, from draft to closed."""
    return ("draft", "submitted", *dict.fromkeys(_LEAVES_IN[step] for step in workflow[:-1]), "approved", "in_force", "closed")
