"""Names this room for Django: events and seals — e.g. 'application submitted', sealed as number 4,211."""

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "millrace.registers.timeline"
    label = "timeline"
    default_auto_field = "django.db.models.BigAutoField"
    # The application's role adds events; seals and the queue of unsealed events are written by functions of the owner.
    append_only = ("event",)
    closed = ("seal", "pending")
