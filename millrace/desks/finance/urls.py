"""The addresses of this desk: envelopes, releases and payment runs — e.g. what to pay today."""

from django.urls import URLPattern

app_name = "finance_desk"
urlpatterns: list[URLPattern] = []
