"""Names this room for Django: the authority's decision, letter, agreement — e.g. HK$10.0m approved for a smart line."""

from django.apps import AppConfig


class AwardConfig(AppConfig):
    name = "millrace.stages.award"
    label = "award"
    default_auto_field = "django.db.models.BigAutoField"
