"""The addresses of this stage: decisions, offers, agreements — e.g. HK$10m approved to Harbour Precision Ltd."""

from django.urls import path

from millrace.stages.award import pages

app_name = "award"
CASE = "cases/<str:reference>/"
urlpatterns = [
    path(f"{CASE}decision/", pages.decision, name="decision"),
    path(f"{CASE}committee/", pages.committee, name="committee"),
    path(f"{CASE}offer/", pages.offer, name="offer"),
    path(f"{CASE}stage/", pages.stage, name="stage"),
    path(f"{CASE}letters/<int:number>/", pages.letter, name="letter"),
]
