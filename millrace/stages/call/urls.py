"""The addresses of this stage: windows in which a scheme takes applications, and what is asked before — e.g. RAISe+ of September 2025."""

from django.urls import path

from millrace.stages.call import enquiry_pages, pages

app_name = "call"
urlpatterns = [
    path("desk/calls/", pages.calls, name="calls"),
    path("desk/calls/<int:call>/", pages.call, name="call"),
    path("desk/enquiries/", enquiry_pages.listed, name="enquiries"),
    path("desk/enquiries/record/", enquiry_pages.record, name="record_enquiry"),
    path("desk/enquiries/<int:enquiry>/", enquiry_pages.enquiry, name="enquiry"),
    path("desk/enquiries/<int:enquiry>/answer/", enquiry_pages.answer, name="answer_enquiry"),
    path("desk/enquiries/<int:enquiry>/strike/", enquiry_pages.strike, name="strike_enquiry"),
]
