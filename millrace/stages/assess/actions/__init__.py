"""Screens, asks back, assigns, declares, scores and recommends — e.g. `record_screening` finds a NIFS application eligible."""

from millrace.stages.assess.actions.assignments import assign_assessors, declare_interest, decline_assignment
from millrace.stages.assess.actions.questions import answer_questions, ask_back, lapse_request, lapse_unanswered
from millrace.stages.assess.actions.recommendations import record_recommendation
from millrace.stages.assess.actions.reversals import reverse_ineligible
from millrace.stages.assess.actions.reviews import submit_review
from millrace.stages.assess.actions.screening import record_screening

__all__ = [
    "answer_questions",
    "ask_back",
    "assign_assessors",
    "declare_interest",
    "decline_assignment",
    "lapse_request",
    "lapse_unanswered",
    "record_recommendation",
    "record_screening",
    "reverse_ineligible",
    "submit_review",
]
