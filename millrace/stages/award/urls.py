"""The addresses of this stage: the authority's decision, letter, agreement — e.g. HK$10.0m approved for a smart line."""

from django.urls import URLPattern

app_name = "award"
urlpatterns: list[URLPattern] = []
