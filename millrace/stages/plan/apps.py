"""Names this room for Django: publishing the policy as dated rules — e.g. a NIFS version announced for 8 January 2024."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "millrace.stages.plan"
    label = "plan"
    default_auto_field = "django.db.models.BigAutoField"
