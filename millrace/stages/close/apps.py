"""Names this room for Django: final account and rest — e.g. unspent money back to the envelope."""

from django.apps import AppConfig


class CloseConfig(AppConfig):
    name = "millrace.stages.close"
    label = "close"
    default_auto_field = "django.db.models.BigAutoField"
