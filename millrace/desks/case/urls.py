"""The addresses of this desk: the one page of a case, in panels by what the reader may see — e.g. a NIFS case's timeline."""

from django.urls import path

from millrace.desks.case import pages, seen

app_name = "case_desk"
urlpatterns = [
    path("cases/<str:reference>/", pages.case, name="case"),
    path("cases/<str:reference>/why/", seen.why, name="why"),
]
