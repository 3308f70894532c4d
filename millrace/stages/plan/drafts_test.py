"""Proves that a draft is written by one and approved by another — e.g. a raised ceiling of NIFS, published only after both."""

import uuid
from datetime import timedelta

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.policy import drafting
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Draft, SchemeVersion
from millrace.registers.timeline.models import Event
from millrace.stages.plan import drafts
from millrace.testing.making import NOON

RULES = "schemes/nifs/rules.toml"
CEILING = "value_cents = 15_000_000_00"


@pytest.fixture
def draft(hong_kong, make):
    """A draft of the published policy, begun and written in by one policy officer."""
    writer = make.person(powers=("policy",))
    begun = drafts.begin_draft("A higher ceiling", by=writer, at=NOON)
    text = begun.files[RULES].replace(CEILING, "value_cents = 20_000_000_00")
    return drafts.write_texts(begun, {RULES: text}, based_on=begun.sha256, by=writer, at=NOON)


def approve(draft, by, **more):
    return drafts.approve_draft(draft, sha256=draft.sha256, by=by, at=NOON, command=uuid.uuid4(), **more)


def refused(act):
    with pytest.raises(Refusal) as no:
        act()
    return no.value.code


def test_a_draft_begins_from_what_was_published(draft):
    assert set(draft.files) == set(drafting.last_published()) and RULES in draft.files
    assert draft.files[RULES] != drafting.last_published()[RULES]


def test_a_stale_save_is_refused_and_changes_nothing(draft, make):
    other = make.person(powers=("policy",))
    stale = "0" * 64
    assert refused(lambda: drafts.write_texts(draft, {RULES: "# mine"}, based_on=stale, by=other, at=NOON)) == "stale-draft"
    assert Draft.objects.get().files == draft.files


def test_no_one_approves_what_they_wrote_nor_what_is_not_clean(draft, make):
    other = make.person(powers=("policy",))
    assert refused(lambda: approve(draft, draft.written_by)) == "own-draft"
    # The worked cases still say HK$15m: the linter finds them.
    assert refused(lambda: approve(draft, other)) == "draft-not-clean"
    assert not Event.objects.filter(kind="policy_draft_approved").exists()


def test_an_approved_draft_is_published_from_its_moment_on(hong_kong, make):
    writer, other = make.person(powers=("policy",)), make.person(powers=("policy",))
    begun = drafts.begin_draft("Other words", by=writer, at=NOON)
    text = begun.files[RULES].replace("Complete the project you have; then you may apply again.", "Complete your project first.")
    held = drafts.write_texts(begun, {RULES: text}, based_on=begun.sha256, by=writer, at=NOON)
    assert refused(lambda: drafts.publish_draft(held, by=other, at=NOON, command=uuid.uuid4())) == "draft-not-approved"
    approve(held, other, effective_at=NOON + timedelta(days=2))
    assert refused(lambda: drafts.publish_draft(held, by=other, at=NOON, command=uuid.uuid4())) == "too-early"
    before = {version.id: version.sha256 for version in policy.scheme("nifs").versions}
    drafts.publish_draft(held, by=other, at=NOON + timedelta(days=2), command=uuid.uuid4())
    after = {version.id: version.sha256 for version in policy.scheme("nifs").versions}
    assert {id for id in after if after[id] != before[id]} == {"v1", "v2", "v3"}
    assert Draft.objects.get().state == "published"
    assert refused(lambda: drafts.write_texts(held, {RULES: "#"}, based_on=held.sha256, by=writer, at=NOON)) == "draft-not-open"


def test_a_draft_can_put_back_what_an_earlier_one_changed(hong_kong, make):
    writer, other = make.person(powers=("policy",)), make.person(powers=("policy",))
    as_it_was = drafting.last_published()[RULES]
    mended = as_it_was.replace("Complete the project you have; then you may apply again.", "Complete your project first.")
    stood = []
    for days, text in enumerate((mended, as_it_was)):
        stood.append({version.id: version.sha256 for version in policy.scheme("nifs").versions})
        begun = drafts.begin_draft("Other words", by=writer, at=NOON)
        held = drafts.write_texts(begun, {RULES: text}, based_on=begun.sha256, by=writer, at=NOON)
        approve(held, other)
        drafts.publish_draft(held, by=other, at=NOON + timedelta(days=days + 1), command=uuid.uuid4())
    assert {version.id: version.sha256 for version in policy.scheme("nifs").versions} == stood[0] != stood[1]
    assert SchemeVersion.objects.filter(scheme="nifs", version="v2").count() == 3
