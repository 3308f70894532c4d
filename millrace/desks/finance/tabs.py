"""What the finance desk's pages share: who reads them, and the worklists — one row each, e.g. ("runs", "Payment runs", its address)."""

from django.utils.translation import gettext as _

FINANCE = ("finance", "finance_maker", "finance_checker")
READERS = (*FINANCE, "auditor")


def tabs() -> list[tuple[str, str, str]]:
    """This will list the desk's pages in their order."""
    return [
        ("envelopes", _("Envelopes"), "/finance/"),
        ("outlook", _("Outlook"), "/finance/outlook/"),
        ("funds", _("Funds and years"), "/finance/funds/"),
        ("to_release", _("To release"), "/finance/to-release/"),
        ("claims", _("Claims"), "/finance/claims/"),
        ("releases", _("Releases"), "/finance/releases/"),
        ("runs", _("Payment runs"), "/finance/runs/"),
        ("debts", _("What is owed"), "/finance/debts/"),
        ("accounts", _("Payee accounts"), "/finance/accounts/"),
        ("months", _("Months"), "/finance/months/"),
    ]
