"""What the case page shows of the award, in panels — e.g. the decision, the offer's last day, and the terms agreed."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import named_terms
from millrace.core.terms import from_data
from millrace.registers.cases.models import Case
from millrace.registers.messages import queries as messages
from millrace.registers.people.models import Person
from millrace.stages.apply import terms
from millrace.stages.assess import guard, telling
from millrace.stages.award import heads, queries
from millrace.stages.award.agreements import BASIS_WORDS
from millrace.stages.award.models import AgreedTerms
from millrace.web import access

REPORT_KINDS = {"progress": word("Progress report"), "final": word("Final report")}
NAMED = {"key_person": word("Key person"), "equipment": word("Equipment")}
LETTER_WORDS = {
    "receipt": word("Receipt"),
    "information_request": word("Request for information"),
    "ineligible": word("Not eligible"),
    "reinstated": word("Eligibility: finding reversed"),
    "offer": word("Decision: approved"),
    "agreement": word("Funding agreement"),
    "refused": word("Decision: not supported"),
    "declined": word("Offer declined"),
    "lapsed": word("Lapsed"),
    "withdrawn": word("Withdrawn"),
    "payment_advice": word("Payment advice"),
    "closing": word("Final account"),
    "addendum": word("Addendum to the agreement"),
}


def decision(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show what was decided, within which limit, and the offer."""
    found = queries.decision_on(case)
    if found is None:
        return None
    book = terms.of_row(case.scheme_version).book
    actor = access.actor_of(person, at)
    is_staff = access.may(actor, person, "read_reviews", case, at).allowed
    return {
        "case": case,
        "decision": found,
        "reasons": telling.reason_words(book, [row["reason"] for row in found.reasons]),
        "offer": queries.offer_for(case),
        "is_staff": is_staff,
        "may_answer": access.may(actor, person, "accept_offer", case, at).allowed,
    }


def agreement(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show the agreed terms as they stand today: stages, instalments, milestones and the plan of spending."""
    row = queries.terms_row(case, terms.local_day(at))
    return told(case, row) if row else None


def told(case: Case, row: AgreedTerms) -> dict[str, Any]:
    """This will show one text of the terms, whether or not it is in force."""
    agreed = from_data(row.data)
    titles = {int(number): title for number, title in row.milestone_titles.items()}
    stages = dict(telling.stage_choices(terms.of_row(case.scheme_version).book)) if case.scheme_version else {}
    named = heads.words_of(case)
    return {
        "case": case,
        "terms": agreed,
        "stages": [
            {"stage": one, "title": stages.get(str(one.number), ""), "is_open": one.number <= case.stage_number} for one in agreed.stages
        ],
        "instalments": [
            {
                "instalment": one,
                "stage": stages.get(str(one.stage), ""),
                "released": _(BASIS_WORDS[one.basis]) % {"title": titles.get(one.milestones[0], _("as agreed")) if one.milestones else ""},
            }
            for one in agreed.instalments
        ],
        "milestones": [
            {"milestone": one, "title": titles.get(one.number) or _("Milestone %(number)s") % {"number": one.number}}
            for one in agreed.milestones
        ],
        "deliverables": [
            {
                "deliverable": one,
                "title": row.deliverable_titles.get(str(one.number)) or _("Deliverable %(number)s") % {"number": one.number},
            }
            for one in agreed.deliverables
        ],
        "heads": [(named.get(one.code) or one.code.replace("_", " ").capitalize(), one) for one in agreed.heads],
        "reports": [(_(REPORT_KINDS[one.kind]), one) for one in agreed.reports],
        "named": [(_(NAMED[one.kind]), one) for one in named_terms.from_data(row.named)],
        "changes": ", ".join(str(number) for number in agreed.changes),
    }


def letters(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will list the letters that were sent, each as a PDF made from its stored text."""
    sent = list(messages.letters_of(case))
    return {"case": case, "rows": [{"letter": one, "title": _(LETTER_WORDS.get(one.kind, one.kind))} for one in sent]} if sent else None


def is_decided_in_committee(case: Case) -> bool:
    """This will say whether the committee decides the case itself, with no authority after it."""
    if case.scheme_version is None:
        return False
    return guard.workflow(terms.of_row(case.scheme_version).book, case.track, case.stream)[-1:] == ("committee",)


def is_advised_by_committee(case: Case) -> bool:
    """This will say whether a committee advises and the authority decides."""
    return not is_decided_in_committee(case)


def has_next_stage(case: Case) -> bool:
    """This will say whether the scheme goes on to a stage after the present one."""
    return case.scheme_version is not None and case.stage_number < len(terms.of_row(case.scheme_version).book.stages)
