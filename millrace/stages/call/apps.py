"""Names this room for Django: windows in which a scheme takes applications — e.g. the RAISe+ exercise of September 2025."""

from django.apps import AppConfig


class CallConfig(AppConfig):
    name = "millrace.stages.call"
    label = "call"
    default_auto_field = "django.db.models.BigAutoField"
