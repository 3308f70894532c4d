"""The addresses of this desk: envelopes, releases and payment runs — e.g. what to pay today."""

from django.urls import path

from millrace.desks.finance import bank_pages, debts, outlook_page, pages

app_name = "finance_desk"
urlpatterns = [
    path("finance/", pages.desk, name="desk"),
    path("finance/outlook/", outlook_page.outlook_page, name="outlook"),
    path("finance/to-release/", pages.to_release, name="to_release"),
    path("finance/claims/", pages.claims, name="claims"),
    path("finance/releases/", pages.releases, name="releases"),
    path("finance/runs/", pages.runs, name="runs"),
    path("finance/runs/order/", pages.order, name="order"),
    path("finance/runs/<str:run>/", pages.run, name="run"),
    path("finance/runs/<str:run>/download/", bank_pages.file, name="run_file"),
    path("finance/runs/<str:run>/answer/", bank_pages.answer, name="run_answer"),
    path("finance/runs/<str:run>/reconciliation/", bank_pages.reconciliation, name="run_reconciliation"),
    path("finance/runs/<str:run>/act/", pages.act_on_run, name="act_on_run"),
    path("finance/debts/", debts.debts, name="debts"),
    path("finance/debts/revenue/", debts.revenue, name="revenue"),
    path("finance/accounts/", pages.accounts, name="accounts"),
    path("finance/accounts/<int:account>/verify/", pages.verify_account, name="verify_account"),
    path("finance/months/", pages.months, name="months"),
    path("finance/months/close/", pages.close_month, name="close_month"),
]
