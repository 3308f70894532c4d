"""Names this room for Django — e.g. in migrations and foreign keys."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "millrace.registers.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
