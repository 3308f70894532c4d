"""The addresses of this stage: figures that can be answered for — e.g. 472 projects and HK$1,212.8m as at 31 January 2024."""

from django.urls import path

from millrace.stages.learn import pages

app_name = "learn"
urlpatterns = [
    path("figures/", pages.figures, name="figures"),
    path("figures/<slug:name>/", pages.figure, name="figure"),
]
