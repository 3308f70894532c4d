"""Names this room for Django: the programme officer's lists — e.g. NIFS cases waiting for screening."""

from django.apps import AppConfig


class OfficerConfig(AppConfig):
    name = "millrace.desks.officer"
    label = "officer_desk"
    default_auto_field = "django.db.models.BigAutoField"
