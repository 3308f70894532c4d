"""Names this room for Django: figures that can be answered for — e.g. 472 projects and HK$1,212.8m as at 31 January 2024."""

from django.apps import AppConfig


class LearnConfig(AppConfig):
    name = "millrace.stages.learn"
    label = "learn"
    default_auto_field = "django.db.models.BigAutoField"
    append_only = ("replyfigure",)
