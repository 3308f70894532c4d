"""The addresses of this desk: replaying any day — e.g. who decided under which power."""

from django.urls import path

from millrace.desks.audit import pages

app_name = "audit_desk"
urlpatterns = [
    path("audit/", pages.desk, name="desk"),
    path("audit/cases/<str:reference>/", pages.case, name="case"),
    path("audit/cases/<str:reference>/bundle/download/", pages.case_bundle, name="case_bundle"),
    path("audit/figures/bundle/download/", pages.figure_bundle, name="figure_bundle"),
    path("audit/powers/", pages.powers, name="powers"),
    path("audit/why/", pages.why, name="why"),
    path("audit/readings/", pages.readings, name="readings"),
    path("audit/sample/", pages.sample, name="sample"),
    path("audit/seals/", pages.seals, name="seals"),
]
