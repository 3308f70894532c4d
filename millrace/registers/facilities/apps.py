"""Names this room for Django: resources, allocations, bookings and usage — e.g. a furnace of the pilot line."""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "millrace.registers.facilities"
    label = "facilities"
    default_auto_field = "django.db.models.BigAutoField"
    append_only = ("usage",)
