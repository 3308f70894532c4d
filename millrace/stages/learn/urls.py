"""The addresses of this stage: figures that can be answered for — e.g. 472 projects and HK$1,212.8m as at 31 January 2024."""

from django.urls import path

from millrace.stages.learn import behind, correcting, giving, pages

app_name = "learn"
urlpatterns = [
    path("figures/", pages.figures, name="figures"),
    path("figures/given/", giving.given, name="given"),
    path("figures/given/<int:number>/", giving.one, name="given_one"),
    path("figures/<slug:name>/", pages.figure, name="figure"),
    path("figures/<slug:name>/cases/", behind.cases, name="behind"),
    path("figures/<slug:name>/give/", giving.give, name="give"),
    path("cases/<str:reference>/correct/", correcting.choose, name="correct"),
    path("cases/<str:reference>/correct/<int:event>/", correcting.correct, name="correct_event"),
]
