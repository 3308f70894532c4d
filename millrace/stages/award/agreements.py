"""Writes the terms of an award into letters and rows — e.g. the schedule of instalments in a RAISe+ agreement.

The letters show what the rows say: both are made of the same composed terms.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from millrace.core import agreement, matching, named_terms, paper, terms
from millrace.core.ledger import Envelope
from millrace.core.rules import bodies, explain, rulebook
from millrace.core.rules.verdict import Verdict
from millrace.registers.cases.models import Case
from millrace.registers.facilities import actions as facilities
from millrace.registers.messages.models import Letter
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.stages.apply import queries as apply
from millrace.stages.apply.terms import of_row
from millrace.stages.assess import post
from millrace.stages.award.models import AgreedTerms, ReportDue
from millrace.web import words

DEFAULT_MONTHS = 24
BASIS_WORDS = {
    "acceptance": gettext_noop("On acceptance of the offer"),
    "milestone": gettext_noop("On the milestone: %(title)s"),
    "completion": gettext_noop("On completion: %(title)s"),
    "advance": gettext_noop("In advance, where you ask for it; otherwise with your claims"),
    "claim": gettext_noop("As your claims are decided"),
}


def composed(case: Case, said: Verdict, *, grant_cents: int, starts_on: date) -> agreement.Composed:
    """This will compose the terms of a grant for this case, from its frozen answers and its confirmed parts."""
    book = of_row(case.scheme_version).book
    answers = apply.saved_answers(case).answers()
    months = answers.get("project_months")
    applied = agreement.Applied(
        answers=answers,
        lead=case.lead_id,
        pledges=tuple(_pledges(case)),
        months=months if type(months) is int and months > 0 else DEFAULT_MONTHS,
    )
    return agreement.compose(book, said, applied, grant_cents=grant_cents, unit=case.unit, starts_on=starts_on)


def _pledges(case: Case) -> list[terms.Pledge]:
    found = []
    for part in apply.parts_of(case):
        if part.confirmed_at and part.organisation_id:
            for form, cents in ((matching.CASH, part.cash_cents), (matching.IN_KIND, part.in_kind_cents)):
                if cents:
                    found.append(terms.Pledge(part.organisation_id, form, cents))
    return found


def envelope_of(case: Case) -> Envelope:
    """This will name the envelope a case's grant comes from: its scheme's part of its fund, in the unit asked for."""
    return Envelope(of_row(case.scheme_version).book.fund, case.scheme, case.unit)


def drawn_on(case: Case, written: terms.Terms) -> list[tuple[Envelope, int]]:
    """This will name every envelope a grant draws on and how much of each, in one order everywhere: all of it is taken, or nothing.

    HK$7m of computing power with 400,000 hours to use it draws on the money and on the hours.
    """
    # What is granted in the scheme's own unit is the grant itself.
    others = [(Envelope(one.fund, case.scheme, one.unit), one.amount) for one in written.allocations if one.unit != case.unit]
    drawn = [(envelope_of(case), written.grant_cents), *others]
    return sorted(drawn, key=lambda one: (one[0].fund, one[0].scheme, one[0].unit))


def keep(case: Case, written: agreement.Composed, *, from_on: date, at: datetime, event_id: int) -> AgreedTerms:
    """This will add terms to the case; earlier ones stay as they were. The reports to be reminded of are those of the new terms."""
    data = written.terms.to_data()
    kept = AgreedTerms.objects.create(
        case=case,
        number=AgreedTerms.objects.filter(case=case).count() + 1,
        from_on=from_on,
        data=data,
        milestone_titles={str(number): title for number, title in written.milestone_titles.items()},
        deliverable_titles={str(number): title for number, title in written.deliverable_titles.items()},
        named=named_terms.to_data(written.named),
        sha256=hashlib.sha256(timeline.canonical(data).encode()).hexdigest(),
        recorded_at=at,
        event_id=event_id,
    )
    ReportDue.objects.filter(case=case).delete()
    ReportDue.objects.bulk_create(
        ReportDue(case=case, number=one.number, kind=one.kind, due_on=one.due_on, is_audited=one.is_audited)
        for one in written.terms.reports
    )
    return kept


def allot(case: Case, written: terms.Terms, *, by: Person, at: datetime) -> None:
    """This will note what the case may use of each facility, for as long as the agreement runs."""
    places = {one.id: one for one in policy.facilities()}
    for one in written.allocations:
        place = places.get(one.facility)
        names = dict(place.title.wordings) if place else {"en": one.facility}
        resource = facilities.open_resource(one.facility, names=names, unit=one.unit, fund=one.fund, scheme=case.scheme, at=at)
        facilities.allot(
            case, resource=resource, hours=one.amount, starts_on=written.starts_on, ends_before=written.ends_before, by=by, at=at
        )


def send_offer(
    case: Case, written: agreement.Composed, *, conditions: Sequence[str], accept_by: date, event_id: int, by: Person, at: datetime
) -> tuple[Letter, Letter]:
    """This will write the decision letter and the agreement enclosed with it."""
    language, book = post.language_of(case), of_row(case.scheme_version).book
    with translation.override(language):
        binding = [*conditions, *(() if conditions else [_("None besides the terms of the agreement.")])]
        schedule = _schedule(book, written, case.unit, language)
        agreed = _terms(book, conditions, language)
    amounts = {"amount": written.terms.grant_cents}
    offer = post.send(case, "offer", {"conditions": binding, "accept_by": accept_by}, amounts=amounts, event_id=event_id, by=by, at=at)
    values = {"schedule": schedule, "terms": agreed}
    return offer, post.send(case, "agreement", values, amounts=amounts, event_id=event_id, by=by, at=at)


def _terms(book: rulebook.SchemeVersion, conditions: Sequence[str], language: str) -> list[str]:
    """What binds without being judged from facts, in the scheme's own words, and the conditions of this award."""
    published = [explain.statement(rule, book, language) for rule in book.rules if isinstance(rule.body, bodies.Term)]
    return [*published, *conditions]


def _schedule(book: rulebook.SchemeVersion, written: agreement.Composed, unit: str, language: str) -> str:
    """A table of the instalments, with the day their milestone is due; stages are named where the scheme has several."""
    titles = [stage.title.said_in(language) for stage in book.stages]
    heads = [_("No."), *([_("Stage")] if titles else []), _("Released when"), _("Due on"), _("Amount")]
    rows = [paper.row(*heads)]
    for one in written.terms.instalments:
        milestone = written.terms.milestone(one.milestones[0]) if one.milestones else None
        title = written.milestone_titles.get(one.milestones[0], _("as agreed")) if one.milestones else ""
        cells = [_(BASIS_WORDS[one.basis]) % {"title": title}, words.day(milestone.due_on) if milestone else ""]
        stage = [titles[one.stage - 1]] if titles else []
        rows.append(paper.row(str(one.number), *stage, *cells, words.amount(one.planned_cents, unit)))
    places = {one.id: one.title.said_in(language) for one in policy.facilities()} if written.terms.allocations else {}
    for use in written.terms.allocations:
        told = _("To be used: %(facility)s") % {"facility": places.get(use.facility, use.facility)}
        until = words.day(written.terms.ends_before - timedelta(days=1))
        rows.append(paper.row("–", *([""] if titles else []), told, until, words.amount(use.amount, use.unit)))
    return "\n".join(rows)
