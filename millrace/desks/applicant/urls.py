"""The addresses of this desk: what an applicant comes back to — e.g. the drafts and cases of Harbour Precision Ltd."""

from django.urls import path

from millrace.desks.applicant import pages

app_name = "applicant_desk"
urlpatterns = [path("home/", pages.home, name="home")]
