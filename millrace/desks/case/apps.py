"""Names this room for Django: the one page of a case, in panels by what the reader may see — e.g. a NIFS case's timeline."""

from django.apps import AppConfig


class CaseConfig(AppConfig):
    name = "millrace.desks.case"
    label = "case_desk"
    default_auto_field = "django.db.models.BigAutoField"
