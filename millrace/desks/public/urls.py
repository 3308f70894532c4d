"""The addresses of this desk: what anyone may see — e.g. which scheme fits me."""

from django.urls import URLPattern

app_name = "public_desk"
urlpatterns: list[URLPattern] = []
