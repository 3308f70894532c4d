"""The addresses of this desk: the programme officer's lists — e.g. NIFS cases waiting for screening."""

from django.urls import path

from millrace.desks.officer import pages

app_name = "officer_desk"
urlpatterns = [
    path("desk/", pages.cases, name="cases"),
    path("desk/queues/<str:queue>/", pages.cases, name="queue"),
]
