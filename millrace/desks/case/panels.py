"""What the one page of a case is made of, each part shown only to those who may see it — e.g. the timeline, to applicant and staff.

A stage adds its own panels to `PANELS` and what can be done to `STEPS`. A panel's `context` reads what it shows in a few queries,
never one per row, and gives None where there is nothing to show yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as word

from millrace.core import lifecycle
from millrace.desks.case import application, happened, overview, seen
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.assess import delegated, joint
from millrace.stages.assess import panels as assess
from millrace.stages.assess.actions import joint as joint_acts
from millrace.stages.assess.actions import reversals
from millrace.stages.award import panels as award
from millrace.stages.close import panels as close
from millrace.stages.deliver import block_grants, measured, owing, showing
from millrace.stages.deliver import panels as deliver

Context = Callable[[Case, Person, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """One part of the page: `action` is in `core/access.py`; `tab` is the heading it stands under."""

    id: str
    title: str
    action: str
    context: Context
    template: str
    tab: str = "overview"


@dataclass(frozen=True)
class Step:
    """Something that can be done with a case in one of `statuses` by whoever may do `action`; its page takes the reference.

    `is_open_to` leaves out the few whom the action would refuse though their power has it — e.g. who made the finding to be reversed.
    """

    title: str
    address: str
    action: str
    statuses: frozenset[str]
    is_main: bool = False
    applies: Callable[[Case], bool] = lambda _case: True
    is_open_to: Callable[[Case, Person, datetime], bool] = lambda _case, _person, _at: True


# In the order in which they stand; a tab nobody may see or nothing stands under is left out.
TABS: dict[str, str] = {
    "overview": word("Overview"),
    "application": word("Application"),
    "assessment": word("Assessment"),
    "award": word("Award"),
    "delivery": word("Delivery"),
    "money": word("Money"),
    "changes": word("Changes and reports"),
    "thread": word("Questions"),
    "access": word("Access"),
}

DRAFTS = frozenset({"draft", "awaiting_sign_off"})
UNDECIDED = DRAFTS | {
    "submitted",
    "information_needed",
    "screened",
    "under_assessment",
    "recommended",
    "not_recommended",
    "jointly_supported",
    "selected",
}
IN_FORCE = frozenset({"in_force"})

PANELS: tuple[Panel, ...] = (
    Panel("summary", word("At a glance"), "read_case", overview.summary, "case_desk/panels/summary.html"),
    Panel("own-part", word("Your part"), "read_own_part", application.own_parts, "case_desk/panels/own_parts.html"),
    Panel("timeline", word("What happened"), "read_timeline", happened.timeline, "case_desk/panels/timeline.html"),
    Panel("verdict", word("What the rules say"), "read_application", application.verdict, "case_desk/panels/verdict.html", "application"),
    Panel("answers", word("Answers"), "read_application", application.answers, "case_desk/panels/answers.html", "application"),
    Panel("parties", word("Parties"), "read_application", application.parties, "case_desk/panels/parties.html", "application"),
    Panel("documents", word("Files"), "read_application", application.files, "case_desk/panels/documents.html", "application"),
    Panel("receipts", word("Receipts"), "read_application", application.receipts, "case_desk/panels/receipts.html", "application"),
    Panel("screening", word("Screening"), "read_reviews", assess.screening, "assess/panels/screening.html", "assessment"),
    Panel("own-review", word("Your review"), "score", assess.own_review, "assess/panels/own_review.html", "assessment"),
    Panel("assessors", word("Who was asked"), "read_reviews", assess.assessors, "assess/panels/assessors.html", "assessment"),
    Panel("reviews", word("Reviews"), "read_reviews", assess.reviews, "assess/panels/reviews.html", "assessment"),
    Panel("advice", word("Advice of the committee"), "read_reviews", assess.advice, "assess/panels/advice.html", "assessment"),
    Panel("selection", word("The panel's selection"), "read_application", delegated.panel, "assess/panels/selection.html", "assessment"),
    Panel("joint", word("The other side"), "read_award", joint.panel, "assess/panels/joint.html", "assessment"),
    Panel("decision", word("Decision"), "read_award", award.decision, "award/panels/decision.html", "award"),
    Panel("agreement", word("Terms agreed"), "read_award", award.agreement, "award/panels/agreement.html", "award"),
    Panel("letters", word("Letters"), "read_award", award.letters, "award/panels/letters.html", "award"),
    Panel("delivery", word("Milestones and matching money"), "read_money", deliver.delivery, "deliver/panel_delivery.html", "delivery"),
    Panel("measures", word("What was achieved"), "read_award", measured.panel, "deliver/panel_measures.html", "delivery"),
    Panel("claims", word("Claims"), "read_money", deliver.claims, "deliver/panel_claims.html", "delivery"),
    Panel("changes", word("Changes of the agreement"), "read_award", showing.changes_panel, "deliver/panel_changes.html", "changes"),
    Panel("reports", word("Reports"), "read_award", showing.reports_panel, "deliver/panel_reports.html", "changes"),
    Panel("inspections", word("Visits and findings"), "read_award", showing.inspections_panel, "deliver/panel_inspections.html", "changes"),
    Panel("money", word("Instalments and payments"), "read_money", deliver.money, "deliver/panel_money.html", "money"),
    Panel("block", word("The block grant"), "read_money", block_grants.panel, "deliver/panel_block.html", "money"),
    Panel("debts", word("What is owed to us"), "read_money", owing.panel, "deliver/panel_debts.html", "money"),
    Panel("ending", word("Final account"), "read_money", close.ending, "close/panel_ending.html", "money"),
    Panel("asked-back", word("Asked of the applicant"), "answer_question", assess.questions, "assess/panels/questions.html", "thread"),
    Panel("thread", word("Questions and replies"), "answer_question", application.thread, "case_desk/panels/thread.html", "thread"),
    Panel("seen", word("Who may see it, and who did"), "read_access", seen.panel, "case_desk/panels/seen.html", "access"),
)

STEPS: tuple[Step, ...] = (
    Step(word("Continue the draft"), "apply:draft", "edit_draft", DRAFTS, is_main=True),
    Step(word("Sign and submit"), "apply:sign", "sign_off", frozenset({"awaiting_sign_off"}), is_main=True),
    Step(word("Sign and submit"), "apply:sign", "sign_off", frozenset({"draft"})),
    Step(word("Screen"), "assess:screening", "screen", frozenset({"submitted", "information_needed"}), is_main=True),
    Step(
        word("Reverse the finding"),
        "assess:reverse_finding",
        "reverse_finding",
        frozenset({"ineligible"}),
        is_open_to=reversals.is_open_to,
    ),
    Step(word("Ask the applicant"), "assess:ask_back", "ask_back", frozenset({"submitted"})),
    Step(word("Answer the officer's questions"), "assess:answer", "supply_information", frozenset({"information_needed"}), is_main=True),
    Step(word("Ask assessors"), "assess:assign", "assign", frozenset({"screened", "under_assessment"}), is_main=True),
    Step(
        word("Record the committee's advice"),
        "assess:recommendation",
        "record_meeting",
        frozenset({"under_assessment"}),
        is_main=True,
        applies=award.is_advised_by_committee,
    ),
    Step(
        word("Record the committee's decision"),
        "award:committee",
        "record_meeting",
        frozenset({"under_assessment"}),
        is_main=True,
        applies=award.is_decided_in_committee,
    ),
    Step(word("Write your review"), "assess:review", "score", frozenset({"under_assessment"}), is_main=True),
    Step(
        word("Declare a conflict"), "assess:interest", "declare_interest", frozenset({"under_assessment", "recommended", "not_recommended"})
    ),
    Step(
        word("Record the panel's selection"),
        "assess:selection",
        "record_selection",
        frozenset({"submitted"}),
        is_main=True,
        applies=delegated.is_delegated,
    ),
    Step(
        word("Record the partner's filing"), "assess:joint_filing", "record_joint", joint_acts.BEFORE_THEIR_DECISION, applies=joint.is_joint
    ),
    Step(
        word("Record the other side's decision"), "assess:joint_decision", "record_joint", joint_acts.THEIR_DECISION, applies=joint.is_joint
    ),
    Step(
        word("Go on without the other side"),
        "assess:joint_going_on",
        "go_on_alone",
        joint_acts.TAKEN_BACK,
        is_main=True,
        applies=joint.is_taken_back,
    ),
    Step(
        word("Decide"),
        "award:decision",
        "decide",
        frozenset({"recommended", "not_recommended", "jointly_supported", "selected"}),
        is_main=True,
    ),
    Step(word("Accept or decline the offer"), "award:offer", "accept_offer", frozenset({"approved"}), is_main=True),
    Step(word("Advice on the next stage"), "assess:recommendation", "record_meeting", IN_FORCE, applies=award.has_next_stage),
    Step(word("Open the next stage"), "award:stage", "open_stage", IN_FORCE, applies=award.has_next_stage),
    Step(
        word("Lift the suspension"),
        "deliver:lift",
        "lift_suspension",
        frozenset({"suspended"}),
        is_main=True,
        applies=showing.is_suspended_by_us,
    ),
    Step(word("Withdraw"), "apply:withdraw", "withdraw", UNDECIDED),
    Step(word("Correct a record"), "learn:correct", "correct", frozenset(lifecycle.STATUSES) - DRAFTS),
)
