"""The addresses of this stage: figures that can be answered for — e.g. 472 projects and HK$1,212.8m as at 31 January 2024."""

from django.urls import path

from millrace.stages.learn import answering, behind, correcting, giving, pages, reply_pages

app_name = "learn"
urlpatterns = [
    path("figures/", pages.figures, name="figures"),
    path("figures/given/", giving.given, name="given"),
    path("figures/given/<int:number>/", giving.one, name="given_one"),
    path("figures/<slug:name>/", pages.figure, name="figure"),
    path("figures/<slug:name>/cases/", behind.cases, name="behind"),
    path("figures/<slug:name>/give/", giving.give, name="give"),
    path("replies/", answering.replies, name="replies"),
    path("replies/drafts/", reply_pages.drafts, name="reply_drafts"),
    path("replies/drafts/<int:reply>/", reply_pages.draft, name="reply_draft"),
    path("replies/drafts/<int:reply>/write/", reply_pages.write, name="reply_write"),
    path("replies/<int:reply>/", answering.reply, name="reply"),
    path("replies/<int:reply>/correct/", reply_pages.correct, name="reply_correct"),
    path("replies/<int:reply>/figures/<int:number>/", answering.figure, name="reply_figure"),
    path("replies/<int:reply>/<slug:language>/<slug:kind>/download/", answering.file, name="reply_file"),
    path("cases/<str:reference>/correct/", correcting.choose, name="correct"),
    path("cases/<str:reference>/correct/<int:event>/", correcting.correct, name="correct_event"),
]
