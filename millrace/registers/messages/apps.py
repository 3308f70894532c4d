"""Names this room for Django: letters and mail — e.g. the decision letter of a NIFS award."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "millrace.registers.messages"
    label = "messages"
    default_auto_field = "django.db.models.BigAutoField"
