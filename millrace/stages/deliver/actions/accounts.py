"""Keeps where organisations are paid — e.g. a new account of Harbour Precision Ltd, which holds payment until two people verified it.

The number itself stays in its row; the timeline says only that an account was proposed, verified or refused.
"""

import re
import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.people import queries as people
from millrace.registers.people.models import Organisation, Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import PayeeAccount, Payment

VERIFIERS = frozenset({"finance", "finance_maker", "finance_checker"})


def propose_account(
    organisation: Organisation, *, holder: str, bank_code: str, account_number: str, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will propose where the organisation is paid from now on; an earlier account ends, and payment waits for verification."""
    bank_code, account_number = bank_code.strip(), re.sub(r"[ -]", "", account_number)
    with transaction.atomic(durable=True):
        organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        if done := timeline.replay(command):
            return done
        _must_act_for(organisation, by, at)
        _must_be_an_account(holder, bank_code, account_number)
        live = PayeeAccount.objects.filter(organisation=organisation, ended_at__isnull=True)
        if live.filter(bank_code=bank_code, account_number=account_number, holder=holder).exists():
            raise Refusal("account-unchanged", what=_("This is the account already on record."))
        live.update(ended_at=at)
        account = PayeeAccount.objects.create(
            organisation=organisation, holder=holder, bank_code=bank_code, account_number=account_number, proposed_at=at, proposed_by=by
        )
        return _record("payee_account_proposed", account, by=by, at=at, command=command)


def verify_account(account: PayeeAccount, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record that one person of finance verified the account; the second person's word makes it payable."""
    with transaction.atomic(durable=True):
        account = _locked(account)
        if done := timeline.replay(command):
            return done
        _must_verify_for_the_funder(account.organisation, by, at)
        _must_be_open(account, by)
        if account.first_by_id is None:
            account.first_by, account.first_at = by, at
        else:
            account.second_by, account.second_at = by, at
        account.save()
        return _record("payee_account_verified", account, by=by, at=at, command=command)


def refuse_account(account: PayeeAccount, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will end an account that did not stand up to verification."""
    with transaction.atomic(durable=True):
        account = _locked(account)
        if done := timeline.replay(command):
            return done
        _must_verify_for_the_funder(account.organisation, by, at)
        if account.ended_at is not None:
            raise Refusal("account-ended", what=_("This account is no longer on record."))
        if Payment.objects.filter(account=account, state__in=[Payment.State.ORDERED, Payment.State.SENT]).exists():
            raise Refusal("account-in-run", what=_("A payment to this account is under way."), next_step=_("Cancel its run first."))
        account.ended_at = at
        account.save()
        return _record("payee_account_refused", account, by=by, at=at, command=command)


def _must_act_for(organisation: Organisation, by: Person, at: datetime) -> None:
    """This will let the organisation's own signatory or administrator propose where it is paid, no one else."""
    held = people.organisations_of(by, at).get(organisation.pk, frozenset())
    if not by.is_system and not held & {"signatory", "administrator"}:
        raise Refusal.not_found()


def _must_verify_for_the_funder(organisation: Organisation, by: Person, at: datetime) -> None:
    """This will let a person of finance judge where others are paid, and not where their own organisation is."""
    gather.must_hold(by, VERIFIERS, at)
    if not by.is_system and organisation.pk in people.organisations_of(by, at):
        raise gather.own_case(_("You act for this organisation."))


def _locked(account: PayeeAccount) -> PayeeAccount:
    Organisation.objects.select_for_update(no_key=True).filter(pk=account.organisation_id).values_list("pk").first()
    return PayeeAccount.objects.select_related("organisation").get(pk=account.pk)


def _must_be_an_account(holder: str, bank_code: str, account_number: str) -> None:
    if not holder.strip():
        raise Refusal("holder-needed", what=_("Write the name the account is held in."), field="holder", status=422)
    if not re.fullmatch(r"[0-9]{3}", bank_code):
        raise Refusal("bank-code", what=_("A bank code has three digits, such as 004."), field="bank_code", status=422)
    if not re.fullmatch(r"[0-9]{6,15}", account_number):
        raise Refusal("account-number", what=_("An account number has 6 to 15 digits."), field="account_number", status=422)


def _must_be_open(account: PayeeAccount, by: Person) -> None:
    if account.ended_at is not None:
        raise Refusal("account-ended", what=_("This account is no longer on record."))
    if account.second_by_id is not None:
        raise Refusal("account-verified", what=_("Two people have already verified this account."))
    if by.pk in (account.proposed_by_id, account.first_by_id):
        raise Refusal(
            "same-person",
            what=_("An account is verified by two people, neither of whom proposed it."),
            next_step=_("Ask a colleague to verify it."),
            status=403,
        )


def _record(kind: str, account: PayeeAccount, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    facts = {"account": account.pk}
    day = gather.local_day(at)
    return timeline.record(kind, command=command, by=by, at=at, organisation=account.organisation, happened_on=day, facts=facts)
