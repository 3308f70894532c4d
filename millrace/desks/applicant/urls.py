"""The addresses of this desk: an applicant's own cases — e.g. drafts waiting for a signature."""

from django.urls import URLPattern

app_name = "applicant_desk"
urlpatterns: list[URLPattern] = []
