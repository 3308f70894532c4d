"""The addresses of this stage: milestones, matching money, claims and payment — e.g. a NIFS claim paid on completion."""

from django.urls import path

from millrace.stages.deliver.pages import changes, claims, evidence, inspections, money, rates, reports, terms, watching, worklists

app_name = "deliver"
CASE = "cases/<str:reference>/"
urlpatterns = [
    path("desk/claims/", worklists.claims, name="claims_to_rule"),
    path("desk/evidence/", worklists.evidence, name="evidence_to_verify"),
    path("desk/exchange-rates/", rates.rates, name="rates"),
    path(f"{CASE}milestones/<int:milestone>/report/", evidence.report_milestone, name="report_milestone"),
    path(f"{CASE}matching/record/", evidence.record_matching, name="record_matching"),
    path(f"{CASE}matching/in-kind/", evidence.record_in_kind, name="record_in_kind"),
    path(f"{CASE}evidence/<int:number>/verify/", evidence.verify, name="verify_evidence"),
    path(f"{CASE}claims/begin/", claims.begin, name="begin_claim"),
    path(f"{CASE}claims/<int:number>/", claims.claim_page, name="claim"),
    path(f"{CASE}claims/<int:number>/lines/", claims.edit_lines, name="claim_lines"),
    path(f"{CASE}claims/<int:number>/proofs/", claims.add_proofs, name="claim_proofs"),
    path(f"{CASE}claims/<int:number>/check/", claims.check, name="claim_check"),
    path(f"{CASE}claims/<int:number>/lines/<int:line>/rule/", claims.rule, name="rule_line"),
    path(f"{CASE}claims/<int:number>/decide/", claims.decide, name="decide_claim"),
    path(f"{CASE}instalments/<int:number>/release/", money.release, name="release"),
    path("desk/changes/", watching.changes, name="changes_to_decide"),
    path("desk/changes/reports/", watching.reports, name="reports_due"),
    path("desk/changes/visits/", watching.visits, name="visits_planned"),
    path("desk/changes/findings/", watching.findings, name="findings_open"),
    path(f"{CASE}terms/<int:number>/", terms.dated, name="terms"),
    path(f"{CASE}changes/begin/", changes.begin, name="begin_change"),
    path(f"{CASE}changes/<int:number>/", changes.change_page, name="change"),
    path(f"{CASE}changes/<int:number>/edit/", changes.edit, name="edit_change"),
    path(f"{CASE}changes/<int:number>/submit/", changes.submit, name="submit_change"),
    path(f"{CASE}changes/<int:number>/withdraw/", changes.withdraw, name="withdraw_change"),
    path(f"{CASE}changes/<int:number>/ask-back/", changes.ask_back, name="ask_back_change"),
    path(f"{CASE}changes/<int:number>/advise/", changes.advise, name="advise_change"),
    path(f"{CASE}changes/<int:number>/decide/", changes.decide, name="decide_change"),
    path(f"{CASE}suspension/propose/", changes.suspend, name="suspend"),
    path(f"{CASE}suspension/lift/", changes.lift, name="lift"),
    path(f"{CASE}reports/<int:number>/", reports.report_page, name="report"),
    path(f"{CASE}reports/<int:number>/write/", reports.write, name="write_report"),
    path(f"{CASE}reports/<int:number>/submit/", reports.submit, name="submit_report"),
    path(f"{CASE}reports/<int:number>/rule/", reports.rule, name="rule_report"),
    path(f"{CASE}inspections/plan/", inspections.plan, name="plan_visit"),
    path(f"{CASE}inspections/<int:number>/hold/", inspections.hold, name="hold_visit"),
    path(f"{CASE}inspections/<int:number>/call-off/", inspections.call_off, name="call_off_visit"),
    path(f"{CASE}findings/<int:number>/answer/", inspections.answer, name="answer_finding"),
    path(f"{CASE}findings/<int:number>/clear/", inspections.clear, name="clear_finding"),
    path(f"{CASE}account/", money.account, name="account"),
]
