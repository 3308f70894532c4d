"""The addresses of this stage: milestones, matching money, claims and payment — e.g. a NIFS claim paid on completion."""

from django.urls import URLPattern

app_name = "deliver"
urlpatterns: list[URLPattern] = []
