"""Records matching money a sponsor brought, in cash or in kind — e.g. HK$2m paid to a supplier, or 40 hours of an engineer.

What is given in kind is priced by the policy's rule where it has one: the declared value never outranks it. The same document, or the
same invoice of one payer, is held for one case and refused to every other.
"""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import in_kind, likeness, matching
from millrace.core.policy_folder.handling import Found
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions as documents
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as books
from millrace.registers.people.models import Organisation, Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather
from millrace.stages.deliver.actions import evidence as evidence_
from millrace.stages.deliver.actions import proofs
from millrace.stages.deliver.models import Evidence

# The measure of handling that says how much of a list price counts.
LIST_PRICE_SHARE = "in-kind-list-price-share"


@dataclass(frozen=True)
class InKind:
    """What was given in kind, as declared: by hours (`measure` names a rate), use of equipment (`measure` names a life) or goods."""

    way: str
    measure: str = LIST_PRICE_SHARE
    hours_hundredths: int = 0
    cost_cents: int = 0
    age_months: int = 0
    used_months: int = 0
    share_basis_points: int = in_kind.WHOLE_BASIS_POINTS
    list_price_cents: int = 0
    quantity: int = 0


@dataclass(frozen=True)
class _Brought:
    """One contribution as it will be kept."""

    sponsor: Organisation
    form: str
    amount_cents: int
    paid_on: date | None
    payee: str = ""
    invoice: str = ""
    valuation: str = ""
    note: str = ""
    way: str = ""
    basis: dict[str, Any] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)


def record_matching(
    case: Case,
    *,
    sponsor: Organisation,
    form: str,
    amount_cents: int,
    paid_on: date | None,
    payee: str,
    invoice: str,
    file: evidence_.File | None,
    valuation: str = "",
    note: str = "",
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will record matching money a sponsor (or the enterprise itself) brought, with its proof.

    More than was pledged is pledged in the same entry, so that it counts; the same proof and invoice cannot serve twice. A contribution
    in kind that a rule prices is recorded by `record_in_kind` instead.
    """
    brought = _Brought(sponsor, form, amount_cents, paid_on, payee, invoice, valuation, note)

    def checked(case: Case) -> _Brought:
        _must_be_recordable(case, brought, at)
        day = paid_on or gather.local_day(at)
        if form == matching.IN_KIND and is_priced_by_rule(case, day):
            raise Refusal(
                "priced-by-rule",
                what=_("What is given in kind is valued by rule."),
                why=_("A declared value does not count where the policy has a rate, a life or a cap."),
                next_step=_("Record it as a contribution in kind, with hours, use or list price."),
                field="form",
                status=422,
            )
        if form == matching.IN_KIND:
            _must_not_precede_the_rules(case, day)
        return brought

    return _record(case, checked, file=file, by=by, at=at, command=command)


def record_in_kind(
    case: Case,
    *,
    sponsor: Organisation,
    given: InKind,
    on: date,
    valuation: str,
    declared_cents: int | None = None,
    file: evidence_.File | None,
    note: str = "",
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will record what was given in kind up to a day, at the value the rule of that day gives it and never more than declared."""

    def checked(case: Case) -> _Brought:
        found, priced = price(case, given, on=on, declared_cents=declared_cents)
        basis = {**vars(given), "declared_cents": declared_cents, "rule": found.as_json()}
        steps = [step.as_json() for step in priced.steps]
        brought = _Brought(sponsor, matching.IN_KIND, priced.amount_cents, on, "", "", valuation, note, given.way, basis, steps)
        _must_be_recordable(case, brought, at)
        return brought

    return _record(case, checked, file=file, by=by, at=at, command=command)


def is_priced_by_rule(case: Case, on: date) -> bool:
    """This will say whether the policy prices anything given in kind for this scheme on a day."""
    handling = policy.handling()
    groups = any(handling.group(group, case.scheme, on) for group in ("in_kind_rate", "in_kind_life"))
    return groups or handling.found(LIST_PRICE_SHARE, case.scheme, on) is not None


def _must_not_precede_the_rules(case: Case, on: date) -> None:
    """This will refuse a declared value of a day before the policy's first rule for the scheme: an earlier day is no way round the rule."""
    measures = (*policy.handling().of_group("in_kind_rate"), *policy.handling().of_group("in_kind_life"), LIST_PRICE_SHARE)
    first = policy.handling().first_day(measures, case.scheme)
    if first is not None:
        raise Refusal(
            "no-rate-yet",
            what=_("No rule of the policy values what is given in kind on %(given_on)s; the first holds from %(first_on)s."),
            why=_("A contribution in kind counts at a rate, a life or a cap that was in force on its day, and never at a declared value."),
            next_step=_("Record what was given from that day on, by its rule, or bring other matching money."),
            field="paid_on",
            status=422,
            values={"given_on": on, "first_on": first},
        )


def price(case: Case, given: InKind, *, on: date, declared_cents: int | None = None) -> tuple[Found, in_kind.Priced]:
    """This will value a contribution by the measure in force on its day, or refuse what has no rule or no worth."""
    found = policy.handling().found(given.measure, case.scheme, on)
    expected = {in_kind.HOURS: "in_kind_rate", in_kind.USE: "in_kind_life", in_kind.GOODS: ""}
    is_fit = found is not None and given.way in expected and found.measure.group == expected[given.way]
    if found is None or not is_fit or (given.way == in_kind.GOODS and given.measure != LIST_PRICE_SHARE):
        raise Refusal(
            "no-rate",
            what=_("No rule of the policy values this on that day."),
            why=_("A contribution in kind counts at a rate, a life or a cap that was in force on its day."),
            next_step=_("Choose one of those listed, or ask the case's officer."),
            field="measure",
            status=422,
        )
    priced = in_kind.price(_given(given, found.number), declared_cents=declared_cents)
    if priced.amount_cents <= 0:
        raise Refusal(
            "worth-nothing",
            what=_("By its rule this contribution counts for nothing."),
            why=_("What is past its life, or was given for no time, has no value left."),
            next_step=_("Check the age, the months and the share, or bring other matching money."),
            status=422,
        )
    return found, priced


def _given(given: InKind, number: int) -> in_kind.Given:
    if given.way == in_kind.HOURS:
        return in_kind.Hours(number, given.hours_hundredths)
    if given.way == in_kind.USE:
        return in_kind.Use(given.cost_cents, number, given.age_months, given.used_months, given.share_basis_points)
    return in_kind.Goods(given.list_price_cents, given.quantity, number)


def _record(case: Case, checked: Any, *, file: evidence_.File | None, by: Person, at: datetime, command: uuid.UUID) -> Event:
    if file is not None:
        documents.checked(file.content, name=file.name, field="file")
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "record_evidence", case, at)
        gather.must_be_in_force(case)
        unit = gather.terms_of(case, gather.local_day(at)).unit
        brought: _Brought = checked(case)
        number = evidence_.next_number(case)
        document = evidence_.take(case, file, f"evidence/{number}", by=by, at=at)
        row = Evidence(
            case=case,
            number=number,
            purpose=Evidence.Purpose.MATCHING,
            unit=unit,
            document=document,
            sha256=document.sha256 if document else "",
            invoice_key=proofs.invoice_key(brought.invoice),
            recorded_at=at,
            recorded_by=by,
            **vars(brought),
        )
        _must_be_unused_here(row)
        proofs.hold(case, proofs.keys_of_evidence(row), field="invoice" if brought.invoice else "file", by=by, at=at)
        row.save()
        event, day = timeline.reserve_id(), gather.local_day(at)
        beyond = _post(case, row, event=event, at=at)
        facts = {"number": number, "sponsor": row.sponsor_id, "form": row.form, "amount_cents": row.amount_cents, "unit": unit}
        facts |= {"beyond_pledge_cents": beyond, "paid_on": row.paid_on, "document": document.pk if document else None}
        facts |= {"way": row.way, "measure": row.basis["measure"]} if row.way else {}
        return timeline.record(
            "evidence_recorded",
            command=command,
            by=by,
            at=at,
            event_id=event,
            case=case,
            on_behalf_of=brought.sponsor,
            happened_on=day,
            facts=facts,
        )


def _post(case: Case, row: Evidence, *, event: int, at: datetime) -> int:
    """This will move the amount pledged → evidenced, pledging first what goes beyond the pledge; it gives how much that was."""
    sponsor, day = row.sponsor, gather.local_day(at)
    if sponsor is None:
        raise ValueError("matching money has a sponsor")
    lines = books.statement(case).matching
    pledged = sum(line.pledged for line in lines if (line.sponsor, line.form, line.unit) == (sponsor.pk, row.form, row.unit))
    beyond = max(0, row.amount_cents - pledged)
    if beyond:
        ledger.pledge_match(case, sponsor, row.form, beyond, unit=row.unit, event=event, on=day, at=at)
    ledger.evidence_match(case, sponsor, row.form, row.amount_cents, unit=row.unit, event=event, on=day, at=at)
    return beyond


def _must_be_recordable(case: Case, brought: _Brought, at: datetime) -> None:
    today = gather.local_day(at)
    if not case.parties.filter(organisation=brought.sponsor, left_at__isnull=True).exists():
        raise Refusal("not-a-party", what=_("This organisation has no part in the case."), field="sponsor")
    if brought.form not in (matching.CASH, matching.IN_KIND):
        raise Refusal("unknown-form", what=_("Matching money is in cash or in kind."), field="form")
    if brought.amount_cents <= 0:
        raise Refusal("amount-not-positive", what=_("The amount must be more than nothing."), field="amount_cents")
    if brought.form == matching.CASH and (brought.paid_on is None or brought.paid_on > today):
        raise Refusal(
            "not-paid-yet", what=_("Record a payment once it has been made, with the day it was made."), field="paid_on", status=422
        )
    if brought.way and (brought.paid_on is None or brought.paid_on > today):
        raise Refusal("not-given-yet", what=_("Record what was given once it has been given, with its last day."), field="on", status=422)
    if brought.paid_on is not None:
        _must_be_of_the_agreement(case, brought, today)
    if brought.form == matching.IN_KIND and not brought.valuation:
        raise Refusal(
            "valuation-needed",
            what=_("Say how the contribution in kind was valued."),
            next_step=_("Write the rate, the quantity and where the rate comes from."),
            field="valuation",
            status=422,
        )


def _must_be_of_the_agreement(case: Case, brought: _Brought, today: date) -> None:
    """This will refuse what was paid or given before the agreement began, or after its end, as a claim refuses such a cost."""
    terms = gather.terms_of(case, today)
    if brought.paid_on is None or terms.starts_on <= brought.paid_on < terms.ends_before:
        return
    raise Refusal(
        "outside-agreement",
        what=_("That day is outside the agreement, which runs from %(starts_on)s to %(last_on)s."),
        why=_("What was paid or given before an agreement begins, or after it ends, is not matching money for it."),
        next_step=_("Check the day; where the project takes longer, ask for an extension of time first."),
        field="on" if brought.way else "paid_on",
        status=422,
        values={"starts_on": terms.starts_on, "last_on": terms.ends_before - timedelta(days=1)},
    )


def _must_be_unused_here(row: Evidence) -> None:
    """This will refuse a payment of this case recorded before; of other cases, see `proofs.hold`."""
    used = (
        Evidence.objects.filter(case=row.case, purpose=Evidence.Purpose.MATCHING).exclude(state=Evidence.State.REJECTED).order_by("number")
    )
    same = (
        other
        for other in used
        if (row.sha256 and (other.sha256, other.invoice_key) == (row.sha256, row.invoice_key))
        or (
            row.invoice_key
            and row.payee
            and other.invoice_key == row.invoice_key
            and likeness.name_key(other.payee) == likeness.name_key(row.payee)
        )
    )
    found = next(same, None)
    if found is not None:
        raise Refusal(
            "evidence-used",
            what=_("This payment has already been recorded as evidence %(number)s of this case."),
            why=_("The same payment counts once."),
            next_step=_("Record another payment, or ask the case's officer if this one was recorded by mistake."),
            field="invoice",
            values={"number": found.number},
        )
