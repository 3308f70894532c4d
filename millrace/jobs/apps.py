"""Names the jobs room for Django — e.g. the nightly lapse of offers."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "millrace.jobs"
    label = "jobs"
