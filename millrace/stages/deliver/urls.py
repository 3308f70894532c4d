"""The addresses of this stage: milestones, matching money, claims and payment — e.g. a NIFS claim paid on completion."""

from django.urls import path

from millrace.stages.deliver.pages import claims, evidence, money, worklists

app_name = "deliver"
CASE = "cases/<str:reference>/"
urlpatterns = [
    path("desk/claims/", worklists.claims, name="claims_to_rule"),
    path("desk/evidence/", worklists.evidence, name="evidence_to_verify"),
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
    path(f"{CASE}account/", money.account, name="account"),
]
