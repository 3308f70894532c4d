"""Names this room for Django: accounts, postings and balances in any unit — e.g. an envelope's cents or a grant's GPU-hours."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "millrace.registers.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
