"""Names this room for Django: the case, its parties, frozen facts and standing — e.g. one NIFS request from first draft to last follow-up."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "millrace.registers.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
