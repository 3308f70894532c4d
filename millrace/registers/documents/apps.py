"""Names this room for Django: files, their hashes and who read them — e.g. a supplier's quotation attached to a claim."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "millrace.registers.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
    append_only = ("Reading",)
