"""The addresses of this stage: final accounts and endings — e.g. /cases/NIFS-7KQ2-M4XD/close/."""

from django.urls import path

from millrace.stages.close import pages

app_name = "close"
urlpatterns = [
    path("cases/<str:reference>/close/", pages.close, name="close"),
    path("cases/<str:reference>/terminate/", pages.terminate, name="terminate"),
    path("cases/<str:reference>/reopen/", pages.reopen, name="reopen"),
    path("cases/<str:reference>/refund/", pages.refund, name="refund"),
    path("cases/<str:reference>/refunds/<int:refund>/take-back/", pages.take_back_refund, name="take_back_refund"),
]
