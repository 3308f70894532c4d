"""Names this room for Django: replaying any day — e.g. who decided under which power."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "millrace.desks.audit"
    label = "audit_desk"
    default_auto_field = "django.db.models.BigAutoField"
