"""Names this room for Django: every published scheme version as text, hash and effective moment — e.g. NIFS as it stood on 8 January 2024."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "millrace.registers.policy"
    label = "policy"
    default_auto_field = "django.db.models.BigAutoField"
