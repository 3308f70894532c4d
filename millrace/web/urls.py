"""The addresses every face shares — e.g. /language/ switches a page to 繁體."""

from django.urls import path
from django.views.i18n import set_language

from millrace.web import pages

app_name = "web"
urlpatterns = [
    path("language/", set_language, name="language"),
    path("me/", pages.me, name="me"),
]
