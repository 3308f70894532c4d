"""Decides who may do what with which case, from values alone — e.g. an assessor with a declared conflict sees nothing of it.

Deny by default: an action not in the table is refused, and a conflict outweighs every other relation. The same table is
turned into a row filter by `web/access.py`; a property test holds the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DRAFT_STATUSES = frozenset({"draft", "awaiting_sign_off"})


@dataclass(frozen=True)
class Actor:
    """Who asks: the powers held at that moment, and what they may do for which organisation (id → membership powers)."""

    person_id: int | None = None
    powers: frozenset[str] = frozenset()
    organisations: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @property
    def is_signed_in(self) -> bool:
        return self.person_id is not None


@dataclass(frozen=True)
class Subject:
    """The case asked about: its status, and this actor's own standings on it, and its parties (organisation id → roles)."""

    status: str
    standings: frozenset[str] = frozenset()
    parties: Mapping[int, frozenset[str]] = field(default_factory=dict)
    is_test: bool = False


@dataclass(frozen=True)
class Decision:
    """Yes or no, and the reason, as a code the page "why may she see this?" puts into words."""

    allowed: bool
    because: str


# relation to the case → read as: whoever has this relation may do these things. "party:<role>:<membership power>" is a member
# of an organisation that is a party in that role; "power:<power>" a power of the funder, on submitted cases only.
MAY: Mapping[str, frozenset[str]] = {
    "party:lead:member": frozenset(
        {
            "read_case",
            "read_application",
            "edit_draft",
            "invite_partner",
            "ask_question",
            "answer_question",
            "withdraw",
            "supply_information",
        }
        | {"read_award", "record_evidence", "claim", "read_money", "read_timeline", "upload", "book_hours", "return_hours"}
        | {"request_change", "report", "answer_finding", "declare_revenue"}
    ),
    "party:lead:administrator": frozenset({"read_case", "read_application", "read_timeline", "read_award", "read_money", "change_account"}),
    "party:lead:signatory": frozenset(
        {
            "read_case",
            "read_application",
            "read_timeline",
            "read_award",
            "read_money",
            "sign_off",
            "submit",
            "accept_offer",
            "record_selection",
            "request_change",
            "declare_revenue",
            "withdraw",
            "supply_information",
            "change_account",
        }
    ),
    "party:partner:member": frozenset({"read_case", "read_own_part", "confirm_part", "upload"}),
    "party:partner:signatory": frozenset({"read_case", "read_own_part", "confirm_part", "upload"}),
    "party:sponsor:member": frozenset({"read_case", "read_own_part", "confirm_part", "upload"}),
    "party:sponsor:signatory": frozenset({"read_case", "read_own_part", "confirm_part", "upload"}),
    # Tries the rules of a draft by an application of its own; to everyone else a test does not exist.
    "standing:tester": frozenset({"read_case", "read_application", "read_timeline", "edit_draft", "upload", "sign_off"}),
    # Asked to assess: may declare an interest or say no, and sees nothing of the dossier before.
    "standing:invited": frozenset({"declare_interest", "decline_assignment"}),
    "standing:assessor": frozenset({"read_case", "read_application", "score", "declare_interest"}),
    "standing:committee": frozenset({"read_case", "read_application", "read_reviews", "declare_interest"}),
    # Runs a facility that the case has hours of: confirms bookings and records what was used, and reads nothing else of it.
    "standing:operator": frozenset({"meter_hours"}),
    "power:officer": frozenset(
        {"read_case", "read_application", "read_timeline", "read_reviews", "read_award", "read_money", "screen", "ask_back", "assign"}
        | {"record_meeting", "answer_question", "prepare_decision", "issue_letter", "verify_evidence", "rule_claim", "close_case"}
        | {"accept_document", "read_access", "grant_hours", "meter_hours", "return_hours", "correct", "reverse_finding", "record_joint"}
        | {"advise_change", "decide_change", "raise_suspension", "rule_report", "inspect", "record_measure"}
    ),
    "power:authority": frozenset(
        {"read_case", "read_application", "read_timeline", "read_reviews", "read_award", "read_money", "decide", "open_stage"}
        | {"terminate", "reopen", "go_on_alone", "decide_change", "lift_suspension", "write_off"}
    ),
    "power:finance": frozenset(
        {"read_case", "read_timeline", "read_award", "read_money", "approve_claim", "release", "close_money", "settle_payment"}
        | {"cancel_payment", "recover", "confirm_recovery", "settle_stage"}
    ),
    "power:finance_maker": frozenset(
        {"read_case", "read_timeline", "read_award", "read_money", "order_payment", "cancel_payment", "settle_payment"}
    ),
    "power:finance_checker": frozenset(
        {"read_case", "read_timeline", "read_award", "read_money", "check_payment", "cancel_payment", "confirm_recovery"}
    ),
    "power:policy": frozenset({"read_case", "read_timeline", "read_award", "read_money", "read_verdict"}),
    "power:auditor": frozenset(
        {"read_case", "read_application", "read_timeline", "read_reviews", "read_award", "read_money", "read_verdict", "read_access"}
    ),
}


def relations(actor: Actor, subject: Subject) -> frozenset[str]:
    """This will name every relation of `actor` to the case, in the words `MAY` uses."""
    if not actor.is_signed_in:
        return frozenset()
    if subject.is_test:
        return frozenset({"standing:tester"} if "tester" in subject.standings else ())
    named = {f"standing:{standing}" for standing in subject.standings}
    for organisation, roles in subject.parties.items():
        powers = actor.organisations.get(organisation, frozenset())
        named |= {f"party:{role}:{power}" for role in roles for power in powers}
    if subject.status not in DRAFT_STATUSES:
        named |= {f"power:{power}" for power in actor.powers}
    return frozenset(named)


def decide(actor: Actor, action: str, subject: Subject) -> Decision:
    """This will say whether `actor` may do `action`, and because of which relation; a conflict closes everything."""
    if not actor.is_signed_in:
        return Decision(False, "not-signed-in")
    if "conflicted" in subject.standings:
        return Decision(False, "conflicted")
    for relation in sorted(relations(actor, subject)):
        if action in MAY.get(relation, frozenset()):
            return Decision(True, relation)
    return Decision(False, "no-relation")
