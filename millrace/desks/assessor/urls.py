"""The addresses of this desk: an assessor's reviews — e.g. declare interests before reading."""

from django.urls import URLPattern

app_name = "assessor_desk"
urlpatterns: list[URLPattern] = []
