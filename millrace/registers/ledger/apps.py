"""Names this room for Django: accounts, postings and balances in any unit — e.g. an envelope's cents or a grant's GPU-hours."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "millrace.registers.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
    # The application's role reads these tables; only functions of the owner write them.
    closed = ("account", "balance", "posting", "closedmonth", "keptrun", "keptday")
