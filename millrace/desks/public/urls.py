"""The addresses of this desk: what anyone may see — e.g. the front door and the records anyone can check."""

from django.urls import URLPattern, path

from millrace.desks.public import front

app_name = "public_desk"
urlpatterns: list[URLPattern] = [
    path("", front.home, name="home"),
    path("trust/", front.trust, name="trust"),
]
