"""How persons come in — e.g. a new applicant gives a name, an address and a password, and confirms the address by a code.

django-allauth does the work; here is only what is ours: the person's row, the secret of the second factor kept encrypted,
and where each goes first.
"""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from millrace.registers.messages import queries as messages
from millrace.registers.people import prepared
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.web import clock

FRESH_SECONDS = 300


_person = prepared.Prepared(lambda person: people.with_grants(messages.with_unread_count(Person.objects.filter(pk=person))), person=int)


class Backend(AuthenticationBackend):
    """Signs in by e-mail address, as django-allauth does, and finds on every click who it is, what was granted and what waits unread."""

    def get_user(self, user_id: int) -> Person | None:
        """This will give the person of a session, unless they left."""
        person = _person.first(person=user_id)
        return person if person is not None and self.user_can_authenticate(person) else None


class Adapter(DefaultAccountAdapter):
    """Makes the row of a new person."""

    def new_user(self, request: HttpRequest) -> Person:
        """This will begin a person who joined now and reads the language of the page."""
        return Person(joined_at=clock.now(), language=translation.get_language() or "en")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """This will ask for the password again before a sensitive change, but not of who signed in a moment ago."""
        records = get_authentication_records(self.request, self.request.user)
        newest = max((record["at"] for record in records), default=0)
        return clock.now().timestamp() - newest > FRESH_SECONDS

    def populate_username(self, request: HttpRequest, user: Person) -> None:
        """Persons have no user name."""


class SignUpForm(forms.Form):
    """What is asked beside the address and the password."""

    name = forms.CharField(max_length=200, label=_("Your full name"), widget=forms.TextInput({"autocomplete": "name"}))
    name_zh = forms.CharField(
        max_length=200, required=False, label=_("Your name in Chinese"), widget=forms.TextInput({"autocomplete": "off"})
    )
    field_order = ("name", "name_zh", "email", "password1")

    def signup(self, request: HttpRequest, user: Person) -> None:
        """This will keep the name; called by the sign-up of django-allauth."""
        user.name, user.name_zh = self.cleaned_data["name"], self.cleaned_data["name_zh"]
        user.save(update_fields=["name", "name_zh"])


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted under the site's key."""

    def _box(self) -> Fernet:
        key = HKDF(hashes.SHA256(), 32, salt=None, info=b"millrace second factor").derive(settings.SECRET_KEY.encode())
        return Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, text: str) -> str:
        return self._box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._box().decrypt(encrypted_text.encode()).decode()


def username_tried(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """This will name the address someone tried to sign in with, for the count of failed attempts."""
    tried = (credentials or {}).get("email") or (request.POST.get("login", "") if request else "")
    return str(tried).strip().lower()
