"""The addresses of this stage: publishing the policy as dated rules — e.g. a NIFS version announced for 8 January 2024."""

from django.urls import URLPattern

app_name = "plan"
urlpatterns: list[URLPattern] = []
