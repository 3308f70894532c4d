"""The addresses of this desk: the whole chain, the rules as published, and a version tried on past cases."""

from django.urls import URLPattern, path

from millrace.desks.policy import pages

app_name = "policy_desk"
urlpatterns: list[URLPattern] = [
    path("policy/", pages.chain, name="chain"),
    path("policy/rules/", pages.rules, name="rules"),
    path("policy/compare/<slug:slug>/", pages.compare, name="compare"),
]
