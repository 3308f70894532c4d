"""The addresses where people manage the keys of their programs — e.g. /me/keys/."""

from django.urls import path

from millrace.web.api import pages

app_name = "keys"
urlpatterns = [
    path("me/keys/", pages.keys, name="keys"),
    path("me/keys/<int:token>/revoke/", pages.revoke, name="revoke"),
]
