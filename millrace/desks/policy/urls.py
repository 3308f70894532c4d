"""The addresses of this desk: the whole chain, the rules as published, and a version tried on past cases."""

from django.urls import URLPattern, path

from millrace.desks.policy import briefing, case_lists, comparing, drafts, forecasting, pages, picture_pages, service, visits

app_name = "policy_desk"
urlpatterns: list[URLPattern] = [
    path("policy/", pages.chain, name="chain"),
    path("policy/briefing/<str:language>/download/", briefing.download, name="briefing"),
    path("policy/cases/", case_lists.cases, name="cases"),
    path("policy/pictures/<slug:picture>/", picture_pages.picture, name="picture"),
    path("policy/pictures/<slug:picture>/download/", picture_pages.download, name="picture_download"),
    path("policy/rules/", pages.rules, name="rules"),
    path("policy/service/", service.service, name="service"),
    path("policy/service/cases/", service.cases, name="service_cases"),
    path("policy/visits/", visits.listed, name="visits"),
    path("policy/visits/record/", visits.record, name="record_visit"),
    path("policy/visits/<int:visit>/", visits.visit, name="visit"),
    path("policy/visits/<int:visit>/strike/", visits.strike, name="strike_visit"),
    path("policy/compare/", comparing.index, name="compare_index"),
    path("policy/compare/<slug:slug>/", comparing.published, name="compare"),
    path("policy/forecast/", forecasting.index, name="forecast_index"),
    path("policy/forecast/<slug:slug>/", forecasting.published, name="forecast"),
    path("policy/drafts/", drafts.listed, name="drafts"),
    path("policy/drafts/<int:draft>/", drafts.draft, name="draft"),
    path("policy/drafts/<int:draft>/text/", drafts.text, name="draft_text"),
    path("policy/drafts/<int:draft>/test/<slug:slug>/", drafts.tried, name="draft_test"),
    path("policy/drafts/<int:draft>/compare/<slug:slug>/", comparing.draft, name="draft_compare"),
    path("policy/drafts/<int:draft>/forecast/<slug:slug>/", forecasting.draft, name="draft_forecast"),
]
