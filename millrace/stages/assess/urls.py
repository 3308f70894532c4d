"""The addresses of this stage: screening, interests, reviews and the committee — e.g. a RAISe+ business review."""

from django.urls import path

from millrace.stages.assess import joint_pages, meetings, pages, selection_pages

app_name = "assess"
CASE = "cases/<str:reference>/"
urlpatterns = [
    path("desk/meetings/", meetings.meetings, name="meetings"),
    path("desk/meetings/<int:meeting>/", meetings.meeting, name="meeting"),
    path(f"{CASE}screening/", pages.screening, name="screening"),
    path(f"{CASE}reverse-finding/", pages.reverse_finding, name="reverse_finding"),
    path(f"{CASE}ask-back/", pages.ask_back, name="ask_back"),
    path(f"{CASE}answer/", pages.answer, name="answer"),
    path(f"{CASE}assessors/", pages.assign, name="assign"),
    path(f"{CASE}interest/", pages.interest, name="interest"),
    path(f"{CASE}decline/", pages.decline, name="decline"),
    path(f"{CASE}review/", pages.review, name="review"),
    path(f"{CASE}selection/", selection_pages.selection, name="selection"),
    path(f"{CASE}other-side/filing/", joint_pages.filing, name="joint_filing"),
    path(f"{CASE}other-side/decision/", joint_pages.decision, name="joint_decision"),
    path(f"{CASE}other-side/going-on/", joint_pages.going_on, name="joint_going_on"),
    path(f"{CASE}recommendation/", pages.recommendation, name="recommendation"),
]
