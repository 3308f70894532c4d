"""The addresses of this desk: what an applicant comes back to — e.g. the drafts and cases of Harbour Precision Ltd."""

from django.urls import path

from millrace.desks.applicant import notices, pages

app_name = "applicant_desk"
urlpatterns = [
    path("home/", pages.home, name="home"),
    path("home/notices/", notices.notices, name="notices"),
    path("home/notices/read/", notices.read_all, name="read_all"),
    path("home/notices/<int:notice>/open/", notices.open_notice, name="open_notice"),
]
