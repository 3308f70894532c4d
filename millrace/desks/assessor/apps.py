"""Names this room for Django: an assessor's reviews — e.g. declare interests before reading."""

from django.apps import AppConfig


class AssessorConfig(AppConfig):
    name = "millrace.desks.assessor"
    label = "assessor_desk"
    default_auto_field = "django.db.models.BigAutoField"
