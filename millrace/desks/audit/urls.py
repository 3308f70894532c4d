"""The addresses of this desk: replaying any day — e.g. who decided under which power."""

from django.urls import URLPattern

app_name = "audit_desk"
urlpatterns: list[URLPattern] = []
