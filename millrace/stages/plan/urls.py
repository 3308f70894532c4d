"""The addresses of this stage: who may do what for the funder, and what its funds hold — e.g. who could check payments on 31 March."""

from django.urls import path

from millrace.stages.plan.pages import facilities, funds, powers

app_name = "plan"
urlpatterns = [
    path("desk/powers/", powers.who, name="powers"),
    path("desk/powers/grant/", powers.grant, name="grant_power"),
    path("desk/powers/<int:power>/", powers.power, name="power"),
    path("desk/powers/<int:power>/end/", powers.end, name="end_power"),
    path("desk/powers/invitations/<int:invitation>/withdraw/", powers.withdraw, name="withdraw_invitation"),
    path("desk/facilities/", facilities.who, name="facilities"),
    path("desk/facilities/<slug:resource>/name/", facilities.name, name="name_operator"),
    path("desk/facilities/operators/<int:operator>/end/", facilities.end, name="end_operator"),
    path("finance/funds/", funds.funds, name="funds"),
    path("finance/funds/<slug:fund>/", funds.fund, name="fund"),
    path("finance/funds/<slug:fund>/orders/<slug:kind>/", funds.propose, name="propose_order"),
    path("finance/funds/<slug:fund>/orders/<int:order>/decide/", funds.decide, name="decide_order"),
    path("staff/<str:secret>/", powers.join, name="join"),
]
