"""Proves that mail leaves after the commit, once, and not to who has since declared a conflict — e.g. a notice to Dr Yip."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import transaction

from millrace.registers.cases import actions as cases
from millrace.registers.messages import actions
from millrace.registers.messages.models import Mail
from millrace.testing.making import NOON


def test_mail_leaves_after_the_commit_and_once(make):
    person = make.person()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.queue_mail(person, subject="Never", body="", at=NOON)
        raise ZeroDivisionError
    actions.queue_mail(person, subject="Hello", body="Words", at=NOON)
    assert actions.deliver_mail(NOON - timedelta(seconds=1)) == 0
    assert actions.deliver_mail(NOON) == 1 and actions.deliver_mail(NOON) == 0
    assert [(sent.subject, sent.to) for sent in mail.outbox] == [("Hello", [person.email])]


def test_a_conflict_declared_meanwhile_keeps_mail_from_leaving(make):
    person, case = make.person(), make.case(status="submitted")
    actions.queue_mail(person, subject="Hello", body="", case=case, at=NOON)
    cases.grant_standing(person, case, "conflicted", by=person, at=NOON)
    assert actions.deliver_mail(NOON) == 0 and not mail.outbox
    assert Mail.objects.get().dropped_because == "conflicted"


def test_a_server_that_is_away_is_tried_again_later(make, monkeypatch):
    def away(*_given):
        raise ConnectionRefusedError

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", away)
    actions.queue_mail(make.person(), subject="Hello", body="", at=NOON)
    assert actions.deliver_mail(NOON) == 0
    monkeypatch.undo()
    assert actions.deliver_mail(NOON + timedelta(minutes=1)) == 0
    assert actions.deliver_mail(NOON + timedelta(minutes=2)) == 1
