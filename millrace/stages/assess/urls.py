"""The addresses of this stage: screening, interests, reviews and the committee — e.g. a RAISe+ business review."""

from django.urls import URLPattern

app_name = "assess"
urlpatterns: list[URLPattern] = []
