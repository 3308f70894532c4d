"""Names this room for Django: persons, organisations, memberships and powers — e.g. who may sign for a manufacturer applying to NIFS."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "millrace.registers.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
