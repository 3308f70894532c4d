"""Names this room for Django: milestones, matching money, claims and payment — e.g. a NIFS claim paid on completion."""

from django.apps import AppConfig


class DeliverConfig(AppConfig):
    name = "millrace.stages.deliver"
    label = "deliver"
    default_auto_field = "django.db.models.BigAutoField"
    append_only = ("release", "exchangerate", "settlement", "revenuedeclaration", "dueday", "stagesettlement")
