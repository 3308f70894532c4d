"""The addresses of this desk: the programme officer's lists — e.g. NIFS cases waiting for screening."""

from django.urls import URLPattern

app_name = "officer_desk"
urlpatterns: list[URLPattern] = []
