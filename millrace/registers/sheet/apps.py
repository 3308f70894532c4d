"""Names this room for Django: what was so of every case on every day, as known at every seal — e.g. approved cents on 31 March."""

from django.apps import AppConfig


class SheetConfig(AppConfig):
    name = "millrace.registers.sheet"
    label = "sheet"
    default_auto_field = "django.db.models.BigAutoField"
