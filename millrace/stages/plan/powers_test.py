"""Who may do what is granted by someone else, spans days, and is told on the timeline — e.g. a checker from 3 March to 9 April."""

import re
import uuid
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from millrace.core.refusal import Refusal
from millrace.registers.messages import actions as messages
from millrace.registers.people import queries as people
from millrace.registers.people.models import Power
from millrace.registers.timeline.models import Event
from millrace.stages.plan import powers
from millrace.stages.plan.models import StaffInvitation
from millrace.stages.plan.pages.powers import held_on
from millrace.testing.making import NOON
from millrace.web import access, clock

LATER = NOON + timedelta(days=37)


@pytest.fixture
def ho(make, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    return make.person("Ms Ho", powers=("administrator",))


def browser(person, *, has_second_factor=True):
    client = Client()
    client.force_login(person)
    session = client.session
    session[access.DEMONSTRATION] = has_second_factor
    session.save()
    return client


def refusal_of(act, *given, **named):
    with pytest.raises(Refusal) as no:
        act(*given, at=LATER, command=uuid.uuid4(), **named)
    return no.value.code


def test_a_power_is_granted_once_and_ended_and_both_days_keep_their_answer(make, ho):
    lam, command = make.person(), uuid.uuid4()
    event = powers.grant_power(lam, "finance_checker", by=ho, at=NOON, command=command)
    assert powers.grant_power(lam, "finance_checker", by=ho, at=NOON, command=command) == event
    assert (event.person, event.facts) == (lam, {"power": "finance_checker", "limit_cents": None})
    held = Power.objects.get(person=lam)
    powers.end_power(held, by=ho, at=LATER, command=uuid.uuid4())
    for day, count in ((NOON.date(), 1), (NOON.date() - timedelta(days=1), 0), (LATER.date(), 1), (LATER.date() + timedelta(days=1), 0)):
        assert held_on(day).filter(person=lam).count() == count, day
    assert Event.objects.filter(kind__in=("power_granted", "power_ended"), person=lam).count() == 2


def test_nobody_grants_to_themselves_and_some_powers_never_meet(make, ho):
    maker, second = make.person(powers=("finance_maker",)), make.person(powers=("administrator",))
    assert refusal_of(powers.grant_power, ho, "officer", by=ho) == "power-for-oneself"
    assert refusal_of(powers.grant_power, maker, "finance_checker", by=ho) == "powers-apart"
    assert refusal_of(powers.grant_power, second, "officer", by=ho) == "powers-apart"
    assert refusal_of(powers.grant_power, maker, "authority", by=ho) == "limit-missing"
    assert refusal_of(powers.grant_power, make.person(), "officer", by=maker) == "not-found"
    assert refusal_of(powers.grant_power, maker, "finance_maker", limit_cents=10**15, by=ho) == "power-held"
    assert refusal_of(powers.invite_staff, ho.email, "officer", secret="s", link="", by=ho) == "power-for-oneself"
    powers.end_power(Power.objects.get(person=second), by=ho, at=LATER, command=uuid.uuid4())
    assert refusal_of(powers.end_power, Power.objects.get(person=ho), by=ho) == "last-administrator"


def test_someone_new_is_invited_by_mail_accepts_once_and_sets_up_a_second_factor(make, ho):
    told = {"email": "New@Example.org", "power": "authority", "limit_cents": "20000000", "command": uuid.uuid4()}
    assert browser(ho).post("/desk/powers/grant/", told).status_code == 302
    messages.deliver_mail(LATER)
    link = re.search(r"https?://[^/]+(/staff/[^\s]+)", mail.outbox[0].body)[1]
    event = Event.objects.get(kind="staff_invited")
    assert "example.org" not in event.body.lower() and link.split("/")[2] not in event.body
    someone, new = make.person(), make.person(email="new@example.org")
    assert browser(someone).get(link).status_code == 404
    client = browser(new, has_second_factor=False)
    assert client.get(link).status_code == 200
    assert client.post(link, {"command": uuid.uuid4()}).status_code == 302
    assert people.limit_of(new, LATER) == 2_000_000_000
    assert client.get("/desk/")["Location"].endswith("/2fa/totp/activate/") and not Authenticator.objects.exists()
    assert StaffInvitation.objects.get().accepted_by == new
    assert refusal_of(powers.accept_invitation, link.split("/")[2], by=new) == "not-found"


def test_an_invitation_is_void_when_withdrawn_too_old_or_its_inviter_gone(make, ho):
    new, second = make.person(), make.person(powers=("administrator",))
    for number, (power, by) in enumerate((("officer", ho), ("assessor", ho), ("committee", second))):
        link = {"secret": f"s{number}", "link": f"https://here/s{number}"}
        powers.invite_staff(new.email, power, by=by, at=LATER - timedelta(days=15 if number == 1 else 1), command=uuid.uuid4(), **link)
    powers.withdraw_invitation(StaffInvitation.objects.get(power="officer"), by=ho, at=LATER, command=uuid.uuid4())
    powers.end_power(Power.objects.get(person=second), by=ho, at=LATER, command=uuid.uuid4())
    assert [refusal_of(powers.accept_invitation, f"s{n}", by=new) for n in range(3)] == ["not-found", "invitation-expired", "not-found"]


def test_the_pages_answer_for_a_day_and_open_to_administrator_and_auditor_alone(make, ho):
    auditor, officer = make.person(powers=("auditor",)), make.person("Mr Lam", powers=("officer",))
    first = Power.objects.get(person=officer)
    powers.end_power(first, by=ho, at=NOON + timedelta(days=1), command=uuid.uuid4())
    assert "Mr Lam" in browser(ho).get("/desk/powers/?on=2026-03-02").text
    assert "Mr Lam" not in browser(ho).get("/desk/powers/?on=2026-03-31").text
    assert "Grant a power" not in browser(auditor).get("/desk/powers/").text
    for person, address, status in (
        (auditor, "/desk/powers/grant/", 404),
        (auditor, f"/desk/powers/{first.pk}/", 200),
        (auditor, f"/desk/powers/{first.pk}/end/", 404),
        (make.person(powers=("officer",)), "/desk/powers/", 404),
        (make.person(), "/desk/powers/", 404),
        (ho, f"/desk/powers/{first.pk}/end/", 200),
    ):
        assert browser(person).get(address).status_code == status, address
    csv = b"".join(browser(ho).get(f"/desk/powers/?format=csv&on={date(2026, 3, 2)}").streaming_content).decode()
    assert "Mr Lam" in csv


def test_a_grade_is_told_by_the_policys_words_in_the_readers_language(make, ho, hong_kong):
    payer = make.person("Mr Yuen")
    powers.grant_power(payer, "finance_checker", limit_cents=None, grade="chief", by=ho, at=LATER, command=uuid.uuid4())
    held = Power.objects.get(person=payer)
    for language, words in (("en", "Treasury grade 3 (illustrative)"), ("zh-hant", "庫務第三級（示例）")):
        client = browser(ho)
        client.cookies["language"] = language
        for address in ("/desk/powers/", f"/desk/powers/{held.pk}/"):
            told = client.get(address).text
            assert words in told and "chief" not in told, address
    csv = b"".join(browser(ho).get("/desk/powers/?format=csv").streaming_content).decode()
    assert "Treasury grade 3 (illustrative)" in csv
