"""Names this room for Django: the bitemporal projection figures read — e.g. what was approved as at 31 January, as known in March."""

from django.apps import AppConfig


class SheetConfig(AppConfig):
    name = "millrace.registers.sheet"
    label = "sheet"
    default_auto_field = "django.db.models.BigAutoField"
