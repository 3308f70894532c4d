"""The addresses every face shares — e.g. /language/ switches a page to 繁體."""

from django.urls import path

from millrace.web import demonstration, pages

app_name = "web"
urlpatterns = [
    path("language/", pages.language, name="language"),
    path("me/", pages.me, name="me"),
    path("welcome/", pages.after_sign_in, name="after_sign_in"),
    path("views/", pages.views, name="views"),
    path("demo/sign-in/", demonstration.sign_in, name="demonstration"),
]
