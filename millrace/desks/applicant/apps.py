"""Names this room for Django: an applicant's own cases — e.g. drafts waiting for a signature."""

from django.apps import AppConfig


class ApplicantConfig(AppConfig):
    name = "millrace.desks.applicant"
    label = "applicant_desk"
    default_auto_field = "django.db.models.BigAutoField"
