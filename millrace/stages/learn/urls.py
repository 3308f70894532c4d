"""The addresses of this stage: figures that can be answered for — e.g. 472 projects and HK$1,212.8m as at 31 January 2024."""

from django.urls import URLPattern

app_name = "learn"
urlpatterns: list[URLPattern] = []
