"""Persons, organisations, and who may do what from when to when — e.g. Ms Chan may sign for Harbour Precision Ltd from 3 March.

Every power is a half-open span of moments: it is ended, never deleted, so that "who had which power on day D" keeps its answer.
"""

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _


def in_script(name: str, name_zh: str) -> str:
    """This will choose how a name is shown: a reader of Chinese sees the Chinese one, where it was given."""
    return name_zh if name_zh and (translation.get_language() or "en").startswith("zh") else name


def new_salt() -> bytes:
    """This will make what is put before a person's words when an event takes their digest, so that nobody can try out likely words."""
    return secrets.token_bytes(16)


class PersonManager(BaseUserManager["Person"]):
    """Makes persons; e-mail addresses are compared in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """This will create a person who signs in with `email`."""
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """A human who signs in, or "system", who acts for reactions and nightly work."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    is_system = models.BooleanField(default=False)
    is_demonstration = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    salt = models.BinaryField(max_length=16, default=new_salt)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(salt=b""), name="person_has_salt")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        """The name in the reader's script, where the person gave both."""
        return in_script(self.name, self.name_zh)


class Organisation(models.Model):
    """A party that may apply, partner or sponsor; registered once, by registration number with its check digit."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        UNIVERSITY = "university", _("University")
        RD_CENTRE = "rd_centre", _("R&D centre")
        INSTITUTE = "institute", _("Public research institute")
        GOVERNMENT = "government", _("Government department")
        ASSOCIATION = "association", _("Trade association or industry support body")
        FUNDER = "funder", _("Funder")

    name = models.CharField(max_length=300)
    name_zh = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    registration_kind = models.CharField(max_length=20)
    registration_number = models.CharField(max_length=40)
    incorporated_in = models.CharField(max_length=10, help_text="a place of the published policy, e.g. an ISO 3166 country code")
    place = models.CharField(max_length=40, blank=True, help_text="code of a city the policy names, or empty")
    is_subvented = models.BooleanField(default=False)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration_kind", "registration_number"], name="organisation_registered_once"),
        ]

    def __str__(self) -> str:
        return in_script(self.name, self.name_zh)


class FormerName(models.Model):
    """What an organisation was called until a day; it is still found by it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=300)
    name_zh = models.CharField(max_length=300, blank=True)
    until_on = models.DateField(help_text="the first day of the next name")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "until_on"], name="former_name_once_a_day")]

    def __str__(self) -> str:
        return in_script(self.name, self.name_zh)


class Membership(models.Model):
    """What a person may do for an organisation, from when to when."""

    class Power(models.TextChoices):
        MEMBER = "member", _("Member")
        SIGNATORY = "signatory", _("Authorised person")
        ADMINISTRATOR = "administrator", _("Administrator")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    power = models.CharField(max_length=20, choices=Power.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["person", "organisation"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="membership_span"),
            models.UniqueConstraint(fields=["person", "organisation", "power"], condition=Q(ends_at__isnull=True), name="membership_once"),
        ]


class Power(models.Model):
    """What a person may do for the funder, from when to when, up to which amount."""

    class Kind(models.TextChoices):
        OFFICER = "officer", _("Programme officer")
        ASSESSOR = "assessor", _("Assessor")
        COMMITTEE = "committee", _("Committee member")
        AUTHORITY = "authority", _("Authority")
        FINANCE = "finance", _("Finance controller")
        FINANCE_MAKER = "finance_maker", _("Payment maker")
        FINANCE_CHECKER = "finance_checker", _("Payment checker")
        POLICY = "policy", _("Policy officer")
        AUDITOR = "auditor", _("Auditor")
        ADMINISTRATOR = "administrator", _("Administrator")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="powers")
    power = models.CharField(max_length=20, choices=Kind.choices)
    limit_cents = models.BigIntegerField(
        null=True, help_text="the most this person may decide, release, order or check; without one, and without a grade, nothing"
    )
    grade = models.CharField(max_length=30, blank=True, help_text="of someone of finance: the policy says its limits, from which day")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["person", "power"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="power_span"),
            models.UniqueConstraint(fields=["person", "power"], condition=Q(ends_at__isnull=True), name="power_once"),
        ]


class SavedView(models.Model):
    """A list as one person left it: the page and its search, filters and order."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "page", "name"], name="saved_view_once")]


class ApiToken(models.Model):
    """A program's key: scoped, hashed, expiring. The key itself is shown once and never stored."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    sha256 = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class UsedKey(models.Model):
    """An idempotency key as one person's program first used it: for which request, and as which command."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_sha256 = models.BinaryField(max_length=32)
    command = models.UUIDField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="idempotency_key_once")]


class Mark(models.Model):
    """What this whole database is — e.g. "demonstration", where every person is invented and one click signs in as any of them."""

    name = models.CharField(max_length=20, primary_key=True)
    marked_at = models.DateTimeField()
