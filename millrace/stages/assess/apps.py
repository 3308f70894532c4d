"""Names this room for Django: screening, interests, reviews and the committee — e.g. a RAISe+ business review."""

from django.apps import AppConfig


class AssessConfig(AppConfig):
    name = "millrace.stages.assess"
    label = "assess"
    default_auto_field = "django.db.models.BigAutoField"
