"""Names this room for Django: what anyone may see — e.g. which scheme fits me."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "millrace.desks.public"
    label = "public_desk"
    default_auto_field = "django.db.models.BigAutoField"
