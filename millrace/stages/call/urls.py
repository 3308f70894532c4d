"""The addresses of this stage: windows in which a scheme takes applications — e.g. the RAISe+ exercise of September 2025."""

from django.urls import path

from millrace.stages.call import pages

app_name = "call"
urlpatterns = [path("desk/calls/", pages.calls, name="calls"), path("desk/calls/<int:call>/", pages.call, name="call")]
