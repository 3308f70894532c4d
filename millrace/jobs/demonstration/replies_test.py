"""Proves that the story's replies say what was published — e.g. 472 projects, HK$1,212.8m and the five sums of 27 March 2024."""

from datetime import date

from millrace.jobs.demonstration import replies
from millrace.stages.learn import queries, referring, reply_pages, reply_text
from millrace.stages.learn.models import Reply, ReplyFigure


def test_the_story_holds_a_released_reply_and_a_draft_whose_count_drifted(brief_story_template, db_clone):
    released, draft = Reply.objects.order_by("pk")
    assert (released.state, draft.state, released.told_from) == ("released", "draft", replies.TOLD_FROM)
    assert released.released_at.date() == replies.RELEASED_ON and released.cleared_by != released.written_by
    body = released.said["en"]["body"]
    for said in (
        "31 January 2024",
        "472 research projects",
        "HK$1,212.8m",
        "380 are with Guangdong",
        "92 with",
        "HK$10bn are set aside for matching",
    ):
        assert said in body
    sums = ReplyFigure.objects.filter(figure="earmarked").order_by("number").values_list("said__en", flat=True)
    assert list(sums) == ["HK$10bn", "HK$3,000m", "HK$3,000m", "HK$10bn", "HK$10bn"]
    names = [reply_text.named(each, "en").partition(": ")[2] for each in ReplyFigure.objects.order_by("number")]
    assert (
        names[0] == "As at" and names[1:3] == ["Count", "Amount"] and names[3].endswith("Scheme: Count") and names[7] == "AI Subsidy Scheme"
    )
    read = referring.read(draft.texts)
    assert not read.findings and not read.by_hand
    given = queries.times_given("approved-by-scheme").filter(facts__as_at=date(2026, 3, 31).isoformat())[0]
    now = queries.ask("approved-by-scheme", as_at=date(2026, 3, 31))
    assert given.facts["count"] - now.answer.count == 2
    assert reply_pages.subject_of(draft).startswith("Approvals up to")
