"""Names this room for Django: drafts, partners, sign-off and submission — e.g. a manufacturer's NIFS application and its receipt."""

from django.apps import AppConfig


class ApplyConfig(AppConfig):
    name = "millrace.stages.apply"
    label = "apply"
    default_auto_field = "django.db.models.BigAutoField"
