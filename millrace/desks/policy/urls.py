"""The addresses of this desk: the policy officer's page — e.g. which rules change next month."""

from django.urls import URLPattern

app_name = "policy_desk"
urlpatterns: list[URLPattern] = []
