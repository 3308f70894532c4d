"""Words a scheme's answer for the public pages — e.g. "Fits", HK$10,000,000 as arithmetic, and each reason with its clause."""

import functools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core.dated import Start
from millrace.core.rules import explain
from millrace.core.rules.explain import Sentence
from millrace.core.rules.rulebook import SchemeVersion
from millrace.core.rules.verdict import Outcome, Verdict
from millrace.core.texts import Text
from millrace.stages.plan.finding import Found
from millrace.web import navigation, words

TONES = {Outcome.PASS: "good", Outcome.FAIL: "bad", Outcome.UNKNOWN: "warn"}


def language() -> str:
    """This will give the reader's language."""
    return translation.get_language() or "en"


def said(text: Text) -> str:
    """This will give a policy text in the reader's language."""
    return text.said_in(language())


@dataclass
class Answer:
    """One scheme's answer, ready to draw."""

    found: Found
    title: str
    summary: str
    tag: str
    tone: str
    call: str
    start: str  # where an application is begun, while applications are taken and the page stands

    @property
    def slug(self) -> str:
        return self.found.slug

    @property
    def is_open(self) -> bool:
        """Whether applications are taken today, as `call` says in words."""
        return self.found.is_open_all_year or self.found.open_call is not None

    @property
    def rank(self) -> tuple[int, int]:
        """First what fits, then what figures would make fit, the fewest first, then what is not yet known."""
        order = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.UNKNOWN: 2}
        return order[self.found.fit], sum(len(told["failed"]) for told in self.brief)

    @property
    def is_folded(self) -> bool:
        """Whether it plainly does not fit: shown in one line, to be opened."""
        return self.found.fit is Outcome.FAIL and not self.found.is_near

    @functools.cached_property
    def readings(self) -> list[dict[str, Any]]:
        """What each reading says, in words; worded only where a page shows it."""
        return [reading(one.version, one.verdict, is_brief=False) for one in self.found.readings]

    @functools.cached_property
    def brief(self) -> list[dict[str, Any]]:
        """The same without the rules that are met and without the arithmetic."""
        return [reading(one.version, one.verdict, is_brief=True) for one in self.found.readings]

    @property
    def first_reason(self) -> dict[str, Any]:
        """The first rule that stands against it."""
        return next((finding for told in self.brief for finding in told["failed"]), {})


def tags() -> dict[Outcome, str]:
    """This will word how schemes fit."""
    return {Outcome.PASS: _("Fits"), Outcome.UNKNOWN: _("Not yet known"), Outcome.FAIL: _("Does not fit")}


def counts(answers: Iterable[Answer]) -> list[tuple[str, str, int]]:
    """This will count the schemes by how they fit, each with its words and tone."""
    fits = Counter(one.found.fit for one in answers)
    return [(said, TONES[fit], fits[fit]) for fit, said in tags().items()]


def answer(found: Found) -> Answer:
    """This will word one scheme's answer."""
    version = found.first.version
    return Answer(
        found=found,
        title=said(version.title),
        summary=said(version.summary),
        tag=tags()[found.fit],
        tone=TONES[found.fit],
        call=call(found),
        start=start(found),
    )


def start(found: Found) -> str:
    """This will give the address where an application is begun, or nothing."""
    address = f"/schemes/{found.slug}/apply/"
    return address if found.takes_applications and navigation.is_served(address) else ""


def call(found: Found) -> str:
    """This will say whether applications are taken, until when, or from when."""
    if found.is_open_all_year:
        return words.open_all_year(found.first.version)
    if found.open_call:
        return _("Open until %(day)s.") % {"day": words.day(found.open_call.closes_on)}
    if found.next_call:
        return _("Opens on %(day)s.") % {"day": words.day(found.next_call.opens_on)}
    return _("No call is open, and none is announced yet.")


def reading(version: SchemeVersion, verdict: Verdict, *, is_brief: bool) -> dict[str, Any]:
    """This will word what one version says: the reasons that stand against, those still open, those met, and the amount."""
    outcomes = (Outcome.FAIL, Outcome.UNKNOWN) if is_brief else tuple(Outcome)
    spoken = explain.sentences(verdict, version, language(), outcomes=outcomes)
    sentences = [one for one in spoken if one.is_gate and one.kind != "window"]
    by_outcome = {outcome: [finding(one) for one in sentences if one.outcome is outcome] for outcome in Outcome}
    return {
        "version": version,
        "from": start_words(version.starts),
        "failed": by_outcome[Outcome.FAIL],
        "unknown": by_outcome[Outcome.UNKNOWN],
        "passed": by_outcome[Outcome.PASS],
        # What would settle the open rules, each thing once; of no use where a rule stands against already.
        "to_tell": list(dict.fromkeys(remedy for one in sentences if one.outcome is Outcome.UNKNOWN for remedy in one.remedies)),
        "amount": words.amount(verdict.amount_cents, version.unit) if verdict.amount_cents is not None else "",
        "arithmetic": [] if is_brief else arithmetic(verdict, version),
        "track": next((said(track.title) for track in version.tracks if track.id == verdict.track), ""),
        "is_tracked": len(version.tracks) > 1,
    }


def finding(one: Sentence) -> dict[str, Any]:
    """This will word one rule for the part that draws verdicts."""
    told = [part for part in one.findings if one.outcome is Outcome.PASS or part.outcome is one.outcome]
    clause = " · ".join(filter(None, [one.clause, one.source_title, one.label]))
    return {
        "outcome": "unknown" if one.outcome is Outcome.UNKNOWN else str(one.outcome),
        "rule": one.statement,
        "required": "; ".join(f"{part.label}: {part.required}" for part in told),
        "found": "; ".join(_found(part) for part in told),
        "clause": clause,
        "heading": one.clause or one.source_title,
        "in_a_line": " · ".join(filter(None, [one.clause or one.source_title, one.label])),
        "clause_url": one.source.url if one.source else "",
        "would_change": " ".join(one.remedies),
    }


def _found(part: explain.Finding) -> str:
    return f"{part.found} ({part.standing})" if part.standing else part.found


def arithmetic(verdict: Verdict, version: SchemeVersion) -> list[dict[str, Any]]:
    """This will lay out the arithmetic of the amount: each step under those it rests on, the whole last."""
    lines = explain.amount_lines(verdict, version, language())
    drawn = []
    for line in lines:
        note = line.clause
        if line.is_binding:
            note = " · ".join(filter(None, [note, _("this sets the amount")]))
        drawn.append({"op": "→" if line.depth == 1 else "", "label": line.label, "amount": line.value, "note": note})
    if drawn:
        drawn[-1]["op"] = "="
    return drawn


def start_words(starts: Start) -> str:
    """This will word a start: a day, or the month where only that is known."""
    return words.day(starts.earliest) if starts.is_exact else words.month(starts.earliest)


def rules_of(version: SchemeVersion, versions: Iterable[SchemeVersion]) -> list[dict[str, Any]]:
    """This will word every rule of a version, for people who read rules rather than ask; each holds since one of the versions began."""
    told = []
    illustrative = {one.starts for one in versions if not one.is_start_published}
    for rule in version.rules:
        source = version.sources.get(rule.source)
        told.append(
            {
                "statement": explain.statement(rule, version, language()),
                "clause": said(rule.heading),
                "source": said(source.title) if source else "",
                "url": source.url if source else "",
                "starts": start_words(rule.starts),
                "is_start_published": rule.starts not in illustrative,
                "is_published": rule.is_published,
                "why": said(rule.why),
            }
        )
    return told
