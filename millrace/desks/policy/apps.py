"""Names this room for Django: the policy officer's page — e.g. which rules change next month."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "millrace.desks.policy"
    label = "policy_desk"
    default_auto_field = "django.db.models.BigAutoField"
