"""Writes, approves and publishes a draft of the policy — e.g. one officer raises a ceiling, another approves it, and it is published.

No one approves what they wrote, and nothing is approved while the linter finds something to mend.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import toml_text
from millrace.core.policy_folder import lint
from millrace.core.refusal import Refusal
from millrace.registers.people.models import Person
from millrace.registers.policy import drafting
from millrace.registers.policy.models import Draft
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.plan import actions


def begin_draft(title: str, *, files: Mapping[str, str] | None = None, by: Person, at: datetime) -> Draft:
    """This will begin a draft from the folder last published, or from files that were uploaded. Like a draft application it is no
    event: nothing is decided yet."""
    return drafting.keep_new(title, files or drafting.last_published(), by=by, at=at)


def write_texts(draft: Draft, changed: Mapping[str, str], *, based_on: str, by: Person, at: datetime) -> Draft:
    """This will write files into a draft; an empty text takes the file out. A save based on other texts than those that stand is
    refused, with nothing lost."""
    with transaction.atomic(durable=True):
        held = _locked(draft)
        if held.state in (Draft.State.PUBLISHED, Draft.State.DROPPED):
            raise _not_now()
        if held.sha256 != based_on:
            raise Refusal(
                "stale-draft",
                what=_("Someone else wrote in this draft since you opened it."),
                next_step=_("Copy your text, open the file again and put your change into it."),
                field="text",
            )
        texts = {path: text for path, text in {**held.files, **changed}.items() if text.strip()}
        drafting.keep_texts(held, texts, by=by, at=at)
        return held


def approve_draft(
    draft: Draft, *, sha256: str, effective_at: datetime | None = None, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will approve exactly the texts that were read, by someone who wrote none of them."""
    with transaction.atomic(durable=True):
        held = _locked(draft)
        if done := timeline.replay(command):
            return done
        if held.state != Draft.State.OPEN or held.sha256 != sha256:
            raise _not_now()
        if by.pk in held.writers:
            raise Refusal(
                "own-draft",
                what=_("You wrote in this draft."),
                why=_("No one approves what they wrote."),
                next_step=_("Ask another policy officer to approve it."),
            )
        if not lint.is_clean(lint.lint(_files(held))):
            raise Refusal(
                "draft-not-clean", what=_("There are findings to mend."), next_step=_("Mend what the findings name, then approve.")
            )
        held.state, held.approved_by, held.approved_at, held.effective_at = Draft.State.APPROVED, by, at, effective_at
        held.save(update_fields=["state", "approved_by", "approved_at", "effective_at"])
        return timeline.record("policy_draft_approved", command=command, by=by, at=at, person=by, facts={"sha256": held.sha256})


def publish_draft(draft: Draft, *, by: Person, at: datetime, command: uuid.UUID) -> actions.Published:
    """This will publish an approved draft, not before its moment. Its versions come into force on their own days."""
    held = Draft.objects.get(pk=draft.pk)
    if held.state == Draft.State.OPEN or held.state == Draft.State.DROPPED:
        raise Refusal("draft-not-approved", what=_("This draft is not approved."), next_step=_("Another policy officer approves it first."))
    if held.effective_at is not None and at < held.effective_at:
        raise Refusal("too-early", what=_("This draft is approved for a later moment."), next_step=_("Publish it from that moment on."))
    try:
        done = actions.publish_policy(_files(held), by=by, at=at, command=command)
    except toml_text.Unreadable as unreadable:
        # A draft that was sound when approved may by now differ from what was published since.
        values = {"finding": str(unreadable.findings[0])}
        step = _("Mend what the findings name, then approve.")
        raise Refusal("draft-not-clean", what=_("This cannot be published: %(finding)s"), next_step=step, values=values) from None
    Draft.objects.filter(pk=held.pk, published_at=None).update(state=Draft.State.PUBLISHED, published_at=at)
    return done


def _files(draft: Draft) -> dict[str, bytes]:
    return {path: text.encode() for path, text in draft.files.items()}


def _locked(draft: Draft) -> Draft:
    return Draft.objects.select_for_update().get(pk=draft.pk)


def _not_now() -> Refusal:
    return Refusal(
        "draft-not-open", what=_("This draft is not open any more, or it changed."), next_step=_("Open it again to see how it stands.")
    )
