"""The addresses of this stage: drafts, partners, sign-off and submission — e.g. a manufacturer's NIFS application and its receipt."""

from django.urls import path

from millrace.stages.apply.pages import drafts, files, organisations, parts, sections, signing, thread

app_name = "apply"
CASE = "cases/<str:reference>/"
urlpatterns = [
    path("schemes/<slug:slug>/apply/", drafts.open_draft, name="open"),
    path("receipts/check/", signing.check_receipt, name="check_receipt"),
    path("organisations/register/", organisations.register, name="register"),
    path("organisations/<int:organisation>/", organisations.organisation, name="organisation"),
    path("organisations/<int:organisation>/members/<int:membership>/end/", organisations.end_membership, name="end_membership"),
    path("invitations/<str:secret>/", organisations.invitation, name="invitation"),
    path("parts/<str:secret>/", parts.take_up, name="take_up"),
    path("desk/organisations/", organisations.unconfirmed, name="unconfirmed"),
    path("desk/organisations/<int:organisation>/", organisations.confirm, name="confirm_organisation"),
    path("desk/organisations/<int:organisation>/rename/", organisations.rename, name="rename_organisation"),
    path(f"{CASE}draft/", drafts.draft, name="draft"),
    path(f"{CASE}draft/rules/", drafts.rules_changed, name="rules_changed"),
    path(f"{CASE}draft/check/", signing.check, name="check"),
    path(f"{CASE}draft/sections/<slug:section>/", sections.section, name="section"),
    path(f"{CASE}draft/sections/<slug:section>/earlier/", sections.history, name="history"),
    path(f"{CASE}parts/", parts.invite, name="parts"),
    path(f"{CASE}parts/<int:part>/", parts.part, name="part"),
    path(f"{CASE}parts/<int:part>/end/", parts.end, name="end_part"),
    path(f"{CASE}parts/<int:part>/files/", parts.upload, name="upload_to_part"),
    path(f"{CASE}parts/<int:part>/files/<int:document>/", parts.part_file, name="part_file"),
    path(f"{CASE}parts/<int:part>/files/<int:document>/remove/", parts.remove_part_file, name="remove_part_file"),
    path(f"{CASE}files/<int:document>/", files.file, name="file"),
    path(f"{CASE}files/<int:document>/remove/", files.remove_file, name="remove_file"),
    path(f"{CASE}files/<int:document>/ruling/", files.rule_file, name="rule_file"),
    path(f"{CASE}request-sign-off/", signing.request_sign_off, name="request_sign_off"),
    path(f"{CASE}sign/", signing.sign, name="sign"),
    path(f"{CASE}receipt/", signing.receipt, name="receipt"),
    path(f"{CASE}receipt/text/", signing.receipt_file, name="receipt_file"),
    path(f"{CASE}receipt/submission/", signing.submission_file, name="submission_file"),
    path(f"{CASE}withdraw/", signing.withdraw, name="withdraw"),
    path(f"{CASE}reading/", signing.choose_reading, name="reading"),
    path(f"{CASE}thread/", thread.write, name="thread"),
]
