"""Names this room for Django: envelopes, releases and payment runs — e.g. what to pay today."""

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "millrace.desks.finance"
    label = "finance_desk"
    default_auto_field = "django.db.models.BigAutoField"
