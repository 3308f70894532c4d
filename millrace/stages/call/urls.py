"""The addresses of this stage: windows in which a scheme takes applications — e.g. the RAISe+ exercise of September 2025."""

from django.urls import URLPattern

app_name = "call"
urlpatterns: list[URLPattern] = []
