"""Why a draft cannot be signed now, in words for its applicant — e.g. it came at 18:00:01 and the call closed at 18:00."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.core.rules import explain
from millrace.stages.apply import ready
from millrace.stages.apply.ready import Gathered


def not_a_draft() -> Refusal:
    return Refusal(
        "not-a-draft",
        what=_("That was not done."),
        why=_("The application is no longer a draft, or someone was quicker."),
        next_step=_("Look at the case as it is now."),
    )


def not_confirmed() -> Refusal:
    return Refusal(
        "organisation-not-confirmed",
        what=_("The application was not submitted."),
        why=_("Your organisation and its authorised person are not confirmed yet."),
        next_step=_("The draft is kept. An officer looks at new organisations every working day; try again when you hear from us."),
    )


def not_signatory() -> Refusal:
    return Refusal(
        "not-signatory",
        what=_("The application was not submitted."),
        why=_("Only an authorised person of the organisation may sign and submit."),
        next_step=_("Send it to your authorised person to sign."),
        status=403,
    )


def no_doubt() -> Refusal:
    return Refusal(
        "no-doubt",
        what=_("No choice was recorded."),
        why=_("Only one version can have been in force, or the choice was made already."),
        next_step=_("Look at the case as it is now."),
    )


def unless_in_time(gathered: Gathered, at: datetime) -> None:
    """This will refuse what comes before the opening or at and after the closing moment, by the server's clock."""
    call = gathered.draft.call
    if at < call.opens_at:
        raise Refusal(
            "too-early",
            what=_("The application was not submitted."),
            why=_("The call opens at %(opens_at)s. By our clock it is %(server_at)s."),
            next_step=_("The draft is kept. Submit it when the call is open."),
            values={"opens_at": call.opens_at, "server_at": at},
        )
    if gathered.closes_at is not None and at >= gathered.closes_at:
        raise Refusal(
            "too-late",
            what=_("The application came too late and was not submitted."),
            why=_("The call closed at %(closes_at)s. By our clock your submission arrived at %(server_at)s."),
            next_step=_("The draft is kept. You may copy it into an application to the next call, or write to the secretariat."),
            values={"closes_at": gathered.closes_at, "server_at": at},
        )


def unless_ready(gathered: Gathered) -> None:
    """This will refuse what is not confirmed under the rules in force, or not complete."""
    if not gathered.is_under_rules_in_force:
        raise Refusal(
            "rules-changed",
            what=_("The application was not submitted."),
            why=_("The rules of the scheme changed after the draft was begun."),
            next_step=_("Look at what changed and confirm that you go on. Every answer is kept."),
            values={"version": gathered.rules.terms.row.version},
        )
    unless_complete(gathered)


def unless_complete(gathered: Gathered) -> None:
    """This will refuse a draft with unanswered questions or parts that were not confirmed."""
    waiting = [part for part in gathered.parts if part.confirmed_at is None]
    if waiting:
        raise Refusal(
            "parts-not-confirmed",
            what=_("The application is not ready to be signed."),
            why=_("%(count)s invited partners or sponsors have not confirmed their part."),
            next_step=_("Remind them, or take them off the draft."),
            values={"count": len(waiting)},
        )
    problems = gathered.problems(gathered.held.book)
    if problems:
        raise Refusal(
            "not-complete",
            what=_("The application is not ready to be signed."),
            why=_("%(count)s answers are missing or cannot be read."),
            next_step=_("Open the task list: each section says what it still needs."),
            field=problems[0].question,
            values={
                "count": len(problems),
                "problems": [{"section": one.section, "field": one.question, "sentence": one.sentence} for one in problems],
            },
        )


def unless_rules_met(judged: Sequence[ready.Judged]) -> None:
    """This will refuse when every version that may be in force says no; what is not yet known goes on to screening."""
    refused = [(each.terms, ready.failed_rules(each.said)) for each in judged]
    if not all(failed for _held, failed in refused):
        return
    held, failed = refused[0]
    language = get_language() or "en"
    rules = [held.book.rule(name) for name in failed]
    raise Refusal(
        "rules-not-met",
        what=_("The application was not submitted."),
        why=_("It does not meet the rules of the scheme: %(rules)s"),
        next_step=_("The check page shows each rule with what would satisfy it. The draft is kept."),
        clause="; ".join(dict.fromkeys(rule.heading.said_in(language) for rule in rules)),
        values={"rules": " ".join(explain.statement(rule, held.book, language) for rule in rules), "codes": failed},
    )
