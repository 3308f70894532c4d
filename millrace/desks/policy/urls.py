"""The addresses of this desk: the whole chain, the rules as published, and a version tried on past cases."""

from django.urls import URLPattern, path

from millrace.desks.policy import drafts, pages

app_name = "policy_desk"
urlpatterns: list[URLPattern] = [
    path("policy/", pages.chain, name="chain"),
    path("policy/rules/", pages.rules, name="rules"),
    path("policy/compare/<slug:slug>/", pages.compare, name="compare"),
    path("policy/drafts/", drafts.listed, name="drafts"),
    path("policy/drafts/<int:draft>/", drafts.draft, name="draft"),
    path("policy/drafts/<int:draft>/text/", drafts.text, name="draft_text"),
    path("policy/drafts/<int:draft>/compare/<slug:slug>/", drafts.compare, name="draft_compare"),
]
