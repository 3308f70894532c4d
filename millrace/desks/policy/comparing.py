"""The pages that try a version on past cases — e.g. /policy/compare/nifs/?before=v1&after=v2, or a draft beside what was said then.

Conflicted cases are left out before anything is counted: their sum would be their shadow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.core.rules import explain
from millrace.core.rules.rulebook import Rule, SchemeVersion
from millrace.desks.policy import drafts, queries
from millrace.registers.policy import drafting
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Draft
from millrace.web import access, words
from millrace.web.access import entry
from millrace.web.forms import said

if TYPE_CHECKING:
    from millrace.stages.plan import comparing

# What compares is imported by the pages that do: NumPy comes with it, 15 MB that every other worker is spared.
SHOWN = 25
READ_AT_MOST = 5_000  # by a page that someone waits for; more is read at a press, or by night
AS_JUDGED = "as-judged"


@entry(power="policy")
def index(request: HttpRequest) -> HttpResponse:
    """This will list what can be tried on past cases, and bring their copy up to date at a press."""
    from millrace.stages.plan import past

    if request.method == "POST":
        past.up_to_date()
        messages.success(request, _("The copy of past cases is up to date."))
        return redirect("policy_desk:compare_index")
    return _index(request)


def _index(request: HttpRequest, *, behind: int = 0) -> HttpResponse:
    from millrace.stages.plan import past

    is_published = policy.is_published()
    context = {
        "schemes": [(scheme.slug, said(scheme.versions[-1].title)) for scheme in policy.published_schemes(request.at)]
        if is_published
        else [],
        "drafts": drafting.drafts().filter(state__in=(Draft.State.OPEN, Draft.State.APPROVED))[:100],
        "copy": past.kept(),
        "behind": behind,
    }
    return render(request, "policy/compare_index.html", context)


@entry(power="policy")
def published(request: HttpRequest, slug: str) -> HttpResponse:
    """This will try one published version of a scheme against another, or against what was said of each case then."""
    versions = policy.scheme(slug, known_at=request.at).versions
    before = _before(request, versions, versions[max(0, len(versions) - 2)].id)
    after = _version(versions, request.GET.get("after", ""), versions[-1])
    trial = Trial(slug, versions, before, after, {version.id: str(version.starts) for version in versions})
    return _tried(request, trial, [(_("Past cases"), reverse("policy_desk:compare_index"))])


@entry(power="policy")
def draft(request: HttpRequest, draft: int, slug: str) -> HttpResponse:
    """This will try a draft's last version of a scheme on past cases, against what was said of each or a published version."""
    held = get_object_or_404(Draft, pk=draft)
    whole = drafts.look(held).policy
    if whole is None or slug not in whole.schemes:
        raise Refusal.not_found()
    versions = policy.scheme(slug, known_at=request.at).versions
    trial = Trial(slug, versions, _before(request, versions, AS_JUDGED), whole.schemes[slug].versions[-1], {})
    crumbs = [(_("Drafts"), reverse("policy_desk:drafts")), (held.title, reverse("policy_desk:draft", args=[held.pk]))]
    return _tried(request, trial, crumbs)


@dataclass(frozen=True)
class Trial:
    """What is tried: `after` against `before`, or against what was said then where there is none; `afters` may be chosen from."""

    slug: str
    versions: tuple[SchemeVersion, ...]
    before: SchemeVersion | None
    after: SchemeVersion
    afters: Mapping[str, str]


def _tried(request: HttpRequest, trial: Trial, crumbs: list[tuple[str, str]]) -> HttpResponse:
    from millrace.stages.plan import comparing, past

    seen = access.cases_visible_to(request.user, request.at).filter(scheme=trial.slug).values_list("pk", flat=True)
    try:
        found = comparing.over_past_cases(trial.slug, trial.after, before=trial.before, visible=set(seen), most=READ_AT_MOST)
    except past.Behind as behind:
        return _index(request, behind=behind.count)
    starts = {AS_JUDGED: _("As each was judged"), **{version.id: f"{version.id} ({version.starts})" for version in trial.versions}}
    context = {
        **compared(trial, found),
        "befores": starts,
        "before_id": trial.before.id if trial.before else AS_JUDGED,
        "afters": {version: f"{version} ({start})" for version, start in trial.afters.items()},
        "crumbs": crumbs,
    }
    return render(request, "policy/compare.html", context)


def compared(trial: Trial, found: "comparing.Found") -> dict[str, Any]:
    """This will lay out what one version would have meant against another, or against what was said."""
    from millrace.stages.plan import comparing

    summary, after = found.summary, trial.after
    moved = summary.largest(SHOWN)
    gain, lose = (summary.moved_count(direction) for direction in (1, -1))
    return {
        "title": said(after.title),
        "after": after,
        "changed": list(_changed(trial)),
        "tiles": [
            (_("Cases read again"), found.case_count),
            (_("Would get more"), gain, _money(summary.moved_cents(1), after)),
            (_("Would get less"), lose, _money(summary.moved_cents(-1), after)),
            (_("Cannot be judged"), summary.unjudged_count, _("for want of a fact that was not asked")),
        ],
        "by_year": comparing.years(summary).items(),
        "reasons": [(_rule_said(name, trial), count) for name, count in summary.reasons().items()],
        "open_rules": [(_rule_said(name, trial), count) for name, count in summary.open_rules().items()],
        "wanting": [(said(after.vocabulary.facts[name].label), count) for name, count in summary.wanting().items()],
        "moved": moved,
        "more_count": gain + lose - len(moved),
        "copy": found.brought.copy,
    }


def _money(amount: int, version: SchemeVersion) -> str:
    return words.amount(amount, version.unit) if amount else ""


def _changed(trial: Trial) -> Iterator[tuple[str, str]]:
    before = trial.before or trial.versions[-1]
    for old, new in queries.changed(before, trial.after):
        yield _statement(old, before), _statement(new, trial.after)


def _before(request: HttpRequest, versions: tuple[SchemeVersion, ...], otherwise: str) -> SchemeVersion | None:
    wanted = request.GET.get("before", "") or otherwise
    return None if wanted == AS_JUDGED else _version(versions, wanted, versions[-1])


def _version(versions: tuple[SchemeVersion, ...], wanted: str, otherwise: SchemeVersion) -> SchemeVersion:
    if not wanted:
        return otherwise
    found = next((version for version in versions if version.id == wanted), None)
    if found is None:
        raise Refusal.not_found()
    return found


def _rule_said(name: str, trial: Trial) -> str:
    """Say a rule in the words of the version tried, or of the last published one that has it."""
    for version in (trial.after, *reversed(trial.versions)):
        rule = next((rule for rule in version.rules if rule.id == name), None)
        if rule is not None:
            return _statement(rule, version)
    return name


def _statement(rule: Rule | None, version: SchemeVersion) -> str:
    return explain.statement(rule, version, translation.get_language() or "en") if rule else ""
