"""The addresses of this stage: drafts, partners, sign-off and submission — e.g. a manufacturer's NIFS application and its receipt."""

from django.urls import URLPattern

app_name = "apply"
urlpatterns: list[URLPattern] = []
