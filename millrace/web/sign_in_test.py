"""Coming in: sign-up by code, five wrong passwords lock out, staff set up a second factor — e.g. an officer's first day."""

import re
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client

PASSWORD = "copper-lantern-72"


@pytest.fixture
def officer(make: Any) -> Any:
    """An officer with a password and a confirmed address, and no second factor yet."""
    person = make.person("Officer", powers=("officer",), email="officer@example.org")
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def signed_in(client: Client, person: Any) -> Any:
    """The answer to typing address and password."""
    return client.post("/account/login/", {"login": person.email, "password": PASSWORD})


def test_an_applicant_signs_up_and_confirms_the_address_by_a_code(db_clone: Any) -> None:
    client = Client(headers={"accept-language": "zh-HK"})
    asked = {"name": "Chan Mei Ling", "name_zh": "陳美玲", "email": "mei@example.org", "password1": PASSWORD}
    answer = client.post("/account/signup/", asked, follow=True)
    assert answer.status_code == 200
    code = re.search(r"^[A-Z0-9-]{6,9}$", mail.outbox[-1].body, re.MULTILINE)
    assert code, mail.outbox[-1].body
    answer = client.post("/account/confirm-email/", {"code": code[0]})
    assert answer.status_code == 302
    assert "陳美玲" in client.get("/me/").text
    person = EmailAddress.objects.get(email="mei@example.org", verified=True).user
    assert (person.language, person.name_zh, len(bytes(person.salt))) == ("zh-hant", "陳美玲", 16)


def test_an_officer_is_led_to_set_up_a_second_factor_and_then_needs_it(officer: Any) -> None:
    client = Client()
    assert signed_in(client, officer).status_code == 302
    assert client.get("/me/")["Location"].endswith("/2fa/totp/activate/")
    page = client.get("/account/2fa/totp/activate/")
    assert page.status_code == 200
    secret = page.context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    assert client.post("/account/2fa/totp/activate/", {"code": code}).status_code == 302
    assert client.get("/me/").status_code == 200
    kept = Authenticator.objects.get(user=officer, type="totp").data["secret"]
    assert secret not in kept
    again = Client()
    assert signed_in(again, officer)["Location"].endswith("/2fa/authenticate/")
    assert again.get("/me/").status_code == 302


def test_five_wrong_passwords_lock_the_account_for_a_while(officer: Any) -> None:
    client = Client()
    answers = [client.post("/account/login/", {"login": officer.email, "password": "wrong"}).status_code for _ in range(6)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert signed_in(client, officer).status_code == 429


def test_pages_carry_a_strict_policy_and_no_inline_script(db_clone: Any) -> None:
    answer = Client().get("/account/login/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert re.findall(r"<script(?![^>]*(?:nonce=|application/json))", answer.text) == []
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("begin", "has_another"), [("login/code/", True), ("password/reset/", False)])
def test_a_page_that_asks_for_a_code_has_a_button_in_every_form(client: Any, db_clone: Any, begin: str, has_another: bool) -> None:
    page = client.post(f"/account/{begin}", {"email": "nobody@example.org"}, follow=True).content.decode()
    assert "nobody@example.org" in page and ('value="resend"' in page) == has_another
    forms = page.split("<main", 1)[1].split("<form")[1:]
    assert all("<button" in form.split("</form>")[0] or 'id="leave"' in form for form in forms) and 'form="leave"' in page
    assert not has_another or client.post(f"/account/{begin}confirm/", {"action": "resend"}, follow=True).status_code == 200
