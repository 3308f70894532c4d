"""Replies: written with references, cleared by a second officer, frozen at their release — e.g. 472 projects as at 31 January 2024."""

import html
import io
import uuid
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pypdf
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import translation

from millrace.core.refusal import Refusal
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.learn import actions, queries, referring, replying, telling, verify
from millrace.stages.learn.models import Reply, ReplyFigure
from millrace.stages.plan import figures
from millrace.web import clock, funder

POLICY = Path(__file__).parents[3] / "policies" / "hong-kong"
FILES = {str(path.relative_to(POLICY)): path.read_text() for folder in ("figures", "series") for path in (POLICY / folder).glob("*.toml")}
COUNT, MONEY = "{{mainland-collaboration-approved count @2024-01-31}}", "{{mainland-collaboration-approved amount @2024-01-31}}"
OWN = "{{approved-by-scheme count @2026-03-31}}"
BODY = f"As at 31 January 2024, {COUNT} projects and {MONEY}.\n\n# Own cases\n\n- approved: {OWN}"


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 4, tzinfo=UTC)


def _seal(at: datetime) -> int:
    sealer.seal(at)
    return sheet.project()


def texts(body: str = BODY) -> dict[str, dict[str, str]]:
    return {
        language: {"subject": subject, "body": body} for language, subject in (("en", "Funding"), ("zh-hant", "資助"), ("zh-hans", "资助"))
    }


class Story:
    """Two approvals in March 2026, sealed; two policy officers."""

    def __init__(self, make) -> None:
        self.writer, self.second = make.person("Writer", powers=("policy",)), make.person("Second", powers=("policy",))
        figures.publish_figures(FILES, by=self.writer, at=_at(3, 2), command=uuid.uuid4())
        self.cases = [make.case(status="approved") for _ in range(2)]
        for case in self.cases:
            self.tell(case, 10, scheme=case.scheme, approved_on="2026-03-10", approved_cents=1_000_00)
        self.seal = _seal(_at(4, 1))

    def tell(self, case, day: int, at: datetime | None = None, **values):
        fields = {"command": uuid.uuid4(), "by": self.writer, "at": at or _at(3, day), "case": case, "happened_on": date(2026, 3, day)}
        return timeline.record("case_corrected", facts={"corrected_kind": ""}, sheet=values, **fields)

    def act(self, action, reply, by, **fields):
        return action(reply, by=by, at=_at(4, 2), command=uuid.uuid4(), **fields)

    def draft(self, body: str = BODY) -> Reply:
        event = replying.begin_reply(occasion="legislature", by=self.writer, at=_at(4, 2), command=uuid.uuid4())
        reply = Reply.objects.get(pk=event.facts["reply"])
        return replying.write_reply(reply, texts(body), based_on=reply.sha256, by=self.writer, at=_at(4, 2))

    def cleared(self, reply: Reply) -> None:
        self.act(replying.send_reply, reply, self.writer)
        self.act(replying.clear_reply, reply, self.second, sha256=reply.sha256, seal_number=queries.last_seal().number)

    def released(self) -> Reply:
        reply = self.draft()
        self.cleared(reply)
        self.act(replying.release_reply, reply, self.second)
        reply.refresh_from_db()
        return reply

    def withdrawn_late(self) -> None:
        self.tell(self.cases[1], 27, at=_at(4, 3), withdrawn_on="2026-03-27")
        _seal(_at(4, 4))


@pytest.fixture
def story(make, monkeypatch) -> Story:
    monkeypatch.setattr(clock, "now", lambda: _at(4, 15))
    return Story(make)


def test_a_released_reply_says_the_numbers_and_keeps_each_with_its_seal_and_evidence(story):
    reply = story.released()
    assert reply.said["en"]["body"] == "As at 31 January 2024, 472 projects and HK$1,212.8m.\n\n# Own cases\n\n- approved: 2"
    assert "HK$12.13 億" in reply.said["zh-hant"]["body"]
    first, second, own = ReplyFigure.objects.filter(reply=reply).order_by("number")
    assert (first.said["en"], second.said["en"], own.said["en"]) == ("472", "HK$1,212.8m", "2")
    assert first.answer["en"]["source"]["quality"] == "primary" and first.speaks_of == date(2024, 1, 31)
    again = queries.ask(own.figure, as_at=own.as_at, seal=queries.seal_numbered(own.seal))
    assert own.sha256 == own.whole_sha256 == telling.digest(again) and own.seal_chain == bytes(again.seal.chain).hex()
    event = Event.objects.get(kind="reply_released")
    assert (event.facts["sha256"], event.facts["figures"], event.visibility) == (replying.digest(reply.said), 3, "public")
    assert sorted(Event.objects.filter(kind="figure_given").values_list("facts__figure", flat=True)) == [
        "approved-by-scheme",
        "mainland-collaboration-approved",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE learn_reply SET texts = '{}' WHERE state = 'released'",
        "DELETE FROM learn_reply",
        "UPDATE learn_replyfigure SET written = ''",
        "DELETE FROM learn_replyfigure",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_released(story, statement):
    story.released()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_figure_is_added_to_a_released_reply(story):
    added = ReplyFigure.objects.filter(reply=story.released())[0]
    added.pk, added.number = None, 99
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        added.save(force_insert=True)


ALTERED = {
    "text": ("reply-differs", """UPDATE learn_reply SET said = replace(said::text, '472', '473')::jsonb"""),
    "number": ("reply-figures-differ", """UPDATE learn_replyfigure SET said = '{"en": "473"}' WHERE number = 1"""),
    "answer": (
        "reply-figure-differs",
        """UPDATE learn_replyfigure SET answer = replace(answer::text, '472', '473')::jsonb WHERE number = 1""",
    ),
    "seal": ("reply-figure-differs", "UPDATE learn_replyfigure SET seal = seal - 1 WHERE number = 1"),
    "hash": (
        "reply-figure-differs",
        "UPDATE learn_replyfigure SET whole_sha256 = sha256 WHERE number = 3; UPDATE sheet_row SET approved_on = NULL",
    ),
    "whole": ("reply-gone", "UPDATE learn_reply SET state = 'dropped'"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_the_owner_alters_behind_the_programs_back_is_named(story, owner_connection, what):
    story.released()
    _seal(_at(4, 2))
    assert verify.verify().is_whole and verify.verify().counts == {"released": 1, "figures": 3}
    queries._kept.clear()
    for table in ("learn_reply", "learn_replyfigure", "sheet_row"):
        owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    check, attack = ALTERED[what]
    owner_connection.execute(attack)
    owner_connection.commit()
    assert check in {finding.check for finding in verify.verify().findings}


def test_no_one_clears_what_they_wrote_nor_other_texts_than_were_read(story):
    reply = story.draft()
    story.act(replying.send_reply, reply, story.writer)
    last = queries.last_seal().number
    for by, sha256, code in ((story.writer, reply.sha256, "own-reply"), (story.second, "0" * 64, "reply-changed")):
        with pytest.raises(Refusal) as refused:
            story.act(replying.clear_reply, reply, by, sha256=sha256, seal_number=last)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        story.act(replying.clear_reply, reply, story.second, sha256=reply.sha256, seal_number=last + 1_000)
    assert refused.value.code == "no-such-seal"
    with pytest.raises(Refusal) as refused:
        story.act(replying.release_reply, reply, story.second)
    assert refused.value.code == "reply-changed"
    story.act(replying.clear_reply, reply, story.second, sha256=reply.sha256, seal_number=last)
    replying.write_reply(reply, texts(BODY + "!"), based_on=reply.sha256, by=story.second, at=_at(4, 2))
    reply.refresh_from_db()
    assert (reply.state, reply.cleared_by, reply.writers) == ("draft", None, sorted([story.writer.pk, story.second.pk]))


def test_strangers_and_other_powers_write_and_clear_nothing(story, make):
    reply = story.draft()
    for by in (make.person(), make.person(powers=("officer",)), make.person(powers=("finance",)), make.person(powers=("auditor",))):
        for act in (replying.send_reply, replying.drop_reply):
            with pytest.raises(Refusal, match="not-found"):
                story.act(act, reply, by)
        with pytest.raises(Refusal, match="not-found"):
            replying.begin_reply(occasion="press", by=by, at=_at(4, 2), command=uuid.uuid4())


def test_a_stale_save_is_refused_and_a_command_repeated_acts_once(story):
    reply = story.draft()
    with pytest.raises(Refusal) as refused:
        replying.write_reply(reply, texts("x"), based_on="0" * 64, by=story.second, at=_at(4, 2))
    assert refused.value.code == "stale-draft"
    story.cleared(reply)
    fields = {"by": story.second, "at": _at(4, 2), "command": uuid.uuid4()}
    assert replying.release_reply(reply, **fields) == replying.release_reply(reply, **fields)
    assert ReplyFigure.objects.count() == 3


def test_a_figure_that_moved_after_the_clearing_stops_the_release(story):
    reply = story.draft()
    story.cleared(reply)
    story.withdrawn_late()
    with pytest.raises(Refusal) as refused:
        story.act(replying.release_reply, reply, story.second)
    assert (refused.value.code, refused.value.values) == ("figures-moved", {"count": 1, "first": OWN})
    with pytest.raises(Refusal, match="figures-moved"):
        story.act(replying.clear_reply, reply, story.second, sha256=reply.sha256, seal_number=story.seal)
    story.act(replying.clear_reply, reply, story.second, sha256=reply.sha256, seal_number=queries.last_seal().number)
    story.act(replying.release_reply, reply, story.second)
    reply.refresh_from_db()
    assert "approved: 1" in reply.said["en"]["body"]


@pytest.mark.parametrize(
    ("written", "what", "remedy"),
    [
        ("{{mainland-colaboration-approved @2024-01-31}}", "no figure called", "mainland-collaboration-approved"),
        ("{{mainland-collaboration-approved @2024-01-30}}", "begin on 31 January 2024", "31 January 2024 or later"),
        ("{{approved-by-scheme @2026-03-31 seal 999999}}", "no seal 999999", "Name a seal from 1"),
        ("{{approved-by-scheme @2027-03-31}}", "31 March 2027 has not come yet", "earlier day"),
        ("{{approved-by-scheme lines @2026-03-31}}", "no number called “lines”", "count, amount, day"),
        ("{{approved-by-scheme of raise-plus @2026-03-31}}", "no row called “raise-plus”", "nifs"),
        ("{{approved-by-scheme}}", "no reference to a figure", "@2024-01-31"),
    ],
)
def test_a_reference_that_cannot_be_answered_is_named_with_line_and_remedy_and_stops_the_reply(story, written, what, remedy):
    reply = story.draft(f"First line.\nThere are {written} projects.")
    found = referring.read(reply.texts).findings
    assert [(each.language, each.line, each.written) for each in found] == [(lang, 2, written) for lang in ("en", "zh-hant", "zh-hans")]
    assert what in found[0].what and remedy in found[0].remedy
    with pytest.raises(Refusal) as refused:
        story.act(replying.send_reply, reply, story.writer)
    assert (refused.value.code, refused.value.values) == ("reply-findings", {"line": 2})
    reply.refresh_from_db()
    assert reply.state == "draft" and written in reply.texts["en"]["body"]


def test_the_three_texts_must_be_there_and_give_the_same_figures(story):
    reply = story.draft()
    uneven = texts() | {"zh-hant": {"subject": "資助", "body": f"共{COUNT}個項目 🙂"}, "zh-hans": {"subject": "资助", "body": " "}}
    reply = replying.write_reply(reply, uneven, based_on=reply.sha256, by=story.writer, at=_at(4, 2))
    found = {(each.language, each.written) for each in referring.read(reply.texts).findings}
    assert found == {("zh-hant", MONEY), ("zh-hant", OWN), ("zh-hant", "🙂"), ("zh-hans", "")}


def test_numbers_typed_by_hand_are_flagged_with_the_reference_to_write(story):
    read = referring.read(texts(f"{COUNT} projects\n472 projects, over $1.2 billion, of which TCFS 380; 479 others; 2 cases.\n{OWN}"))
    english = {each.written: each.remedy for each in read.by_hand if each.language == "en"}
    assert english.keys() == {"472", "$1.2 billion", "380"} and not read.findings
    assert COUNT in english["472"] and "of tcfs @2024-01-31" in english["380"]
    assert {each.line for each in read.by_hand} == {2}


def test_a_number_is_offered_once_by_the_day_it_speaks_of_and_rows_of_figures_not_asked_too(story):
    read = referring.read(texts("HK$35.772 billion is 1.13% of GDP; HK$20.054 billion in universities.\nITSP 3,565 projects, of PRP 400."))
    english = {each.written: each.remedy for each in read.by_hand if each.language == "en"}
    assert english["HK$35.772 billion"] == "Write {{gerd gerd @2024-12-31}} instead."
    assert english["1.13%"] == "Write {{gerd gerd-share @2024-12-31}} instead."
    assert english["HK$20.054 billion"] == "Write {{gerd gerd of higher-education @2024-12-31}} instead."
    assert english["3,565"].startswith("Write {{itsp-approved count @2025-12-31}} or {{itf-approved count of itsp @2025-12-31}}")


def test_a_pinned_seal_keeps_what_was_known_then(story):
    story.withdrawn_late()
    pinned = OWN.replace("}}", f" seal {story.seal}}}}}")
    read = referring.read(texts(f"{OWN} {pinned}"))
    assert {written: each.said for written, each in read.answered.items()} == {OWN: "1", pinned: "2"}


def test_a_small_group_is_not_told_in_a_reply_nor_in_the_evidence_of_its_total(story, make, monkeypatch):
    for scheme, count in (("raise-plus", 6), ("itsp", 8)):
        for _ in range(count):
            story.tell(make.case(scheme=scheme, status="approved"), 10, scheme=scheme, approved_on="2026-03-10", approved_cents=70_000)
    _seal(_at(4, 1))
    monkeypatch.setattr(funder, "current", lambda known=funder.UNPUBLISHED: replace(known, small_below=5))
    few, many = "{{approved-by-scheme count of nifs @2026-03-31}}", "{{approved-by-scheme count of itsp @2026-03-31}}"
    found = referring.read(texts(f"{few} {many}")).findings
    assert {each.written for each in found} == {few} and "withheld from everyone" in found[0].what
    reply = story.released()
    own = ReplyFigure.objects.get(reply=reply, figure="approved-by-scheme")
    assert own.said["en"] == "16" and [line["key"] for line in own.answer["en"]["breakdowns"][0]["lines"]] == ["itsp"]
    assert own.sha256 != own.whole_sha256
    shown = Client().get(f"/replies/{reply.pk}/figures/{own.number}/").content.decode()
    assert own.sha256 in shown and own.whole_sha256 not in shown and "the same, to the last digit" in shown


def test_the_draft_page_shows_value_day_definition_and_drift_since_last_given(story, sign_in):
    given = actions.give_figure(
        "approved-by-scheme", as_at=date(2026, 3, 31), seal_number=story.seal, by=story.writer, at=_at(4, 1), command=uuid.uuid4()
    )
    reply = story.draft()
    page = f"/replies/drafts/{reply.pk}/"
    before = sign_in(story.second).see(page)
    assert "drifted" not in before and f"/figures/given/{given.pk}/" in before and "HK$1,212.8m" in before
    story.withdrawn_late()
    after = sign_in(story.second).see(page)
    assert (
        "drifted" in after and "was 2 when last given" in after and story.cases[1].reference in after and "was 2 when last written" in after
    )
    assert queries.published(queries.last_seal().number)["approved-by-scheme"].versions[0].definition.said_in("en") in html.unescape(after)
    assert "HK$12.13 億" in sign_in(story.second).see(f"{page}?text=zh-hant")


def test_the_pages_carry_a_reply_from_begin_to_release_and_to_its_correction(story, sign_in):
    writer, second = sign_in(story.writer), sign_in(story.second)
    write = writer.press("/replies/drafts/", occasion="legislature", told_from="")
    reply = Reply.objects.get()
    assert write == f"/replies/drafts/{reply.pk}/write/" and "How a figure is written" in writer.see(write)
    typed = {f"{part}-{language}": said for language, text in texts().items() for part, said in text.items()}
    page = f"/replies/drafts/{reply.pk}/"
    writer.press(write, based_on=reply.sha256, **typed)
    assert "Someone else wrote" in writer.press(write, 409, based_on="0" * 64, **typed)
    reply.refresh_from_db()
    hidden = {"sha256": reply.sha256, "seal": queries.last_seal().number}
    writer.press(page, act="send", **hidden)
    assert "You wrote in this reply" in writer.press(page, 409, act="clear", **hidden)
    assert "Press one of the buttons" in second.press(page, 422, act="burn", **hidden)
    second.press(page, act="clear", **hidden)
    assert Client().get(f"/replies/{reply.pk}/").status_code == 404
    second.press(page, act="release", **hidden)
    stranger = Client()
    assert f"/replies/{reply.pk}/" in stranger.get("/replies/").content.decode()
    shown = stranger.get(f"/replies/{reply.pk}/").content.decode()
    assert f'<a href="/replies/{reply.pk}/figures/1/" class="nowrap">472</a>' in shown and "Writer" not in shown
    writer.press(f"/replies/{reply.pk}/correct/")
    new = Reply.objects.latest("pk")
    assert new.corrects_id == reply.pk and new.texts == reply.texts
    story.cleared(new)
    story.act(replying.release_reply, new, story.second)
    assert f"Corrected by reply {new.pk}" in stranger.get(f"/replies/{reply.pk}/").content.decode()
    assert f"This corrects reply {reply.pk}" in stranger.get(f"/replies/{new.pk}/").content.decode()


def test_a_frozen_figure_has_a_page_for_everyone_that_says_what_changed_since(story):
    reply = story.released()
    address = f"/replies/{reply.pk}/figures/3/"
    assert "has changed since" not in Client().get(address).content.decode()
    story.withdrawn_late()
    shown = Client().get(address).content.decode()
    assert "the same, to the last digit" in shown and "has changed since" in shown and ReplyFigure.objects.get(number=3).sha256 in shown
    assert story.cases[1].reference not in shown
    assert Client().get(f"/replies/{reply.pk}/figures/4/").status_code == 404


def test_drafts_are_for_the_policy_officer_the_authority_and_the_auditor(story, sign_in, make):
    reply = story.draft()
    pages = ("/replies/drafts/", f"/replies/drafts/{reply.pk}/", f"/replies/drafts/{reply.pk}/write/")
    for powers in ((), ("officer",), ("finance",)):
        for page in pages:
            sign_in(make.person(powers=powers)).see(page, 404)
    auditor = sign_in(make.person(powers=("auditor",)))
    assert "Begin a reply" not in auditor.see(pages[0]) and "Send it" not in auditor.see(pages[1])
    auditor.see(pages[2], 404)
    hidden = {"sha256": reply.sha256, "seal": queries.last_seal().number}
    auditor.press(pages[1], 404, act="drop", **hidden)
    auditor.press(pages[0], 404, occasion="press", told_from="")


@pytest.mark.parametrize(
    ("language", "tag", "said"), [("en", "en-GB", "HK$1,212.8m"), ("zh-hant", "zh-HK", "12.13"), ("zh-hans", "zh-CN", "12.13")]
)
def test_the_papers_say_the_released_text_in_each_language_the_same_bytes_every_time(story, language, tag, said):
    reply = story.released()
    address = f"/replies/{reply.pk}/{language}/"
    printed = Client().get(f"{address}pdf/download/").content
    reader = pypdf.PdfReader(io.BytesIO(printed))
    words = "".join(page.extract_text() for page in reader.pages)
    assert str(reader.root_object["/Lang"]) == tag and "/StructTreeRoot" in reader.root_object
    assert said in words and "472" in words and reply.said_sha256 in words
    packed = Client().get(f"{address}docx/download/").content
    document = docx.Document(io.BytesIO(packed))
    assert any(said in paragraph.text for paragraph in document.paragraphs)
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"] == [reply.said[language]["subject"]]
    assert document.core_properties.title == reply.said[language]["subject"]
    assert document.tables[0].rows[1].cells[1].text == "472"
    with translation.override(language):
        assert document.tables[0].rows[1].cells[0].text.endswith(translation.gettext("Count"))
    parts = zipfile.ZipFile(io.BytesIO(packed))
    assert b"tblHeader" in parts.read("word/document.xml")
    spoken = {"en": "en-HK", "zh-hant": "zh-HK", "zh-hans": "zh-CN"}[language]
    assert f'w:val="{spoken}"'.encode() in parts.read("word/styles.xml") and b"eastAsiaTheme" not in parts.read("word/styles.xml")
    assert packed == Client().get(f"{address}docx/download/").content
    assert Client().get(f"{address}odt/download/").status_code == 404
