"""The inbox shows a person their own notices, read once opened, and none of a case they are in conflict with — e.g. a letter's notice."""

import uuid

import pytest
from django.db import transaction

from millrace.registers.cases import actions as cases
from millrace.registers.messages import actions as messages
from millrace.registers.messages import queries
from millrace.registers.messages.models import Notice
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.testing.making import NOON
from millrace.web import clock


@pytest.fixture
def told(make, monkeypatch):
    """A member of an applicant and an officer, both told that the case was submitted."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    case = make.case(status="submitted")
    member, officer = make.member(case.lead), make.person(powers=("officer",))
    with transaction.atomic():
        facts = {"requested_cents": 1_000_000_00, "unit": "HKD", "receipt": "R1"}
        event = timeline.record("application_submitted", command=uuid.uuid4(), by=member, at=NOON, case=case, facts=facts)
        messages.send_notice([member, officer], event_id=event.pk, case=case, at=NOON)
    return case, member, officer


def unread(person) -> int:
    return queries.with_unread_count(Person.objects.filter(pk=person.pk)).get().unread_notice_count


def test_a_notice_is_unread_until_opened_and_leads_to_its_case(told, sign_in):
    case, member, _officer = told
    client, notice = sign_in(member), Notice.objects.get(person=member)
    assert unread(member) == 1
    for language, words in (("en", "HK$1,000,000"), ("zh-hant", "通知"), ("zh-hans", "通知")):
        page = sign_in(member, language).see("/home/notices/")
        assert '<b class="n">1' in page
        assert words in page and case.reference in page
    assert client.press(f"/home/notices/{notice.pk}/open/") == f"/cases/{case.reference}/"
    assert unread(member) == 0 and case.reference not in client.see("/home/notices/?unread")
    assert Notice.objects.get(pk=notice.pk).read_at == NOON


def test_nobody_opens_another_persons_notice(told, sign_in, make):
    _case, member, officer = told
    notice = Notice.objects.get(person=member)
    sign_in(officer).press(f"/home/notices/{notice.pk}/open/", 404)
    assert Notice.objects.get(pk=notice.pk).read_at is None
    assert "Nothing here" in sign_in(make.person()).see("/home/notices/")


def test_a_conflict_takes_the_notice_out_of_the_inbox_and_its_count(told, sign_in):
    case, _member, officer = told
    client = sign_in(officer)
    assert case.reference in client.see("/home/notices/")
    cases.grant_standing(officer, case, "conflicted", by=officer, at=NOON)
    assert case.reference not in client.see("/home/notices/") and unread(officer) == 0
    client.press(f"/home/notices/{Notice.objects.get(person=officer).pk}/open/", 404)


def test_everything_may_be_marked_read_at_once(told, sign_in):
    _case, member, _officer = told
    assert sign_in(member).press("/home/notices/read/") == "/home/notices/"
    assert unread(member) == 0


@pytest.mark.parametrize(
    ("kind", "facts", "tab", "title"),
    [
        ("question_answered", {}, "thread", "Questions"),
        ("milestone_accepted", {"milestone": 1}, "delivery", "Delivery"),
        ("change_refused", {"number": 1}, "changes", "Changes and reports"),
        ("payment_settled", {"amount_cents": 100, "unit": "HKD", "settled_on": "2026-03-02"}, "money", "Money"),
        ("case_reopened", {}, "", "Overview"),
    ],
)
def test_a_notice_opens_the_tab_on_which_what_happened_is_shown(make, sign_in, kind, facts, tab, title):
    case = make.case(status="in_force")
    member = make.member(case.lead)
    with transaction.atomic():
        event = timeline.record(kind, command=uuid.uuid4(), by=member, at=NOON, case=case, facts=facts)
        messages.send_notice([member], event_id=event.pk, case=case, at=NOON)
    client = sign_in(member)
    address = client.press(f"/home/notices/{Notice.objects.get().pk}/open/")
    assert address == f"/cases/{case.reference}/" + (f"?show={tab}" if tab else "")
    shown = client.see(address).split('aria-current="page"')
    assert any(part.split("</a>")[0].endswith(title) for part in shown[1:]), [part[:80] for part in shown[1:]]
