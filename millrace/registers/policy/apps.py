"""Names this room for Django — e.g. in migrations and foreign keys."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "millrace.registers.policy"
    label = "policy"
    default_auto_field = "django.db.models.BigAutoField"
    append_only = ("publication",)
