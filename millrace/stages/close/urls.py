"""The addresses of this stage: final account and rest — e.g. unspent money back to the envelope."""

from django.urls import URLPattern

app_name = "close"
urlpatterns: list[URLPattern] = []
