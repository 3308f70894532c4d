"""The words of the command line about the policy — e.g. `millrace publish policies/hong-kong` and `millrace judge nifs --on …`.

Each prints for people, or JSON for programs, and gives the exit status: 0 done, 1 refused with findings, 2 not understood.
"""

import json
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from millrace.core import toml_text
from millrace.core.policy_folder import files as policy_files
from millrace.core.policy_folder import lint
from millrace.core.refusal import Refusal
from millrace.core.rules import explain
from millrace.core.rules.rulebook import Scheme
from millrace.registers.people import queries as people
from millrace.registers.policy import queries as policy
from millrace.stages.plan import actions, finding
from millrace.web import clock

EXAMPLE = '{"total_cost": 3000000000}'
# How an outcome is marked before a rule, and said of the whole.
OUTCOMES = {
    "pass": (gettext_noop("yes"), gettext_noop("pass")),
    "fail": (gettext_noop("NO"), gettext_noop("fail")),
    "not_yet_known": ("?", gettext_noop("not yet known")),
}


def publish(folder: Path, *, at: datetime | None = None, as_json: bool = False, is_proven: bool = False) -> int:
    """This will publish what is new in a folder, as the person "system", or print every finding that is to be mended, with its file
    and line. A folder that `is_proven` comes with the program, whose own tests find nothing to mend in it."""
    if not folder.is_dir():
        print(f"millrace: {folder} is not a folder", file=sys.stderr)
        return 2
    files = policy_files.files_of(folder)
    if not is_proven and (wrong := [one for one in lint.lint(files) if one.weight != lint.NOTE]):
        return _not_published(folder, wrong, as_json=as_json)
    try:
        done = actions.publish_policy(files, by=people.system_person(), at=at or clock.now(), command=uuid.uuid4())
    except toml_text.Unreadable as unreadable:  # sound by itself, and not beside what was published: a number edited in place
        return _not_published(folder, [lint.Remark(one, "unreadable", lint.MEND) for one in unreadable.findings], as_json=as_json)
    told = [
        {"kind": event.kind, "scheme": event.facts.get("scheme", ""), "version": event.facts.get("version", "")} for event in done.events
    ]
    if as_json:
        print(json.dumps({"is_clean": True, "published": told, "unchanged": done.unchanged_count}, indent=1))
        return 0
    for one in told:
        print(f"published {one['scheme'] or one['kind']} {one['version']}".rstrip())
    print(f"{len(done.events)} new, {done.unchanged_count} unchanged")
    return 0


def _not_published(folder: Path, wrong: Sequence[lint.Remark], *, as_json: bool) -> int:
    if as_json:
        found = [
            {"weight": one.weight, "code": one.code, "file": one.finding.file, "line": one.finding.line}
            | {"message": one.finding.message, "remedy": one.finding.remedy}
            for one in wrong
        ]
        print(json.dumps({"is_clean": False, "findings": found}, ensure_ascii=False, indent=1))
        return 1
    for one in wrong:
        print(f"{folder}/{one.finding}", file=sys.stderr)
    print(f"millrace: nothing was published; {len(wrong)} findings", file=sys.stderr)
    return 1


def judge(scheme: str, *, on: date, facts_file: Path, as_json: bool, language: str = "en") -> int:
    """This will judge facts from a JSON file under the scheme's version of the day, as told: as the finder would, but for what a
    committee establishes, which an officer may suppose."""
    try:
        held = policy.scheme(scheme)
    except Refusal:
        return _refused(language, gettext_noop("There is no scheme “%(scheme)s”."), scheme=scheme)
    return judge_by(held, on=on, facts_file=facts_file, as_json=as_json, language=language)


def judge_by(held: Scheme, *, on: date, facts_file: Path, as_json: bool, language: str = "en") -> int:
    """This will judge facts from a JSON file under a scheme, published or not, as told."""
    try:
        plain = _facts(facts_file)
        finding.must_be_known(plain, [held])
    except (OSError, ValueError) as wrong:
        said = gettext_noop("The facts of %(file)s cannot be read: %(wrong)s. They are an object, such as %(example)s.")
        return _refused(language, said, file=facts_file, wrong=wrong, example=EXAMPLE)
    except Refusal as refused:
        return _refused(language, refused.what, refused.next_step, **refused.values)
    found = finding.judged(held, plain, on=on, by_officer=True)
    if found is None:
        return _refused(language, gettext_noop("%(scheme)s had not begun on %(day)s."), scheme=held.slug, day=on, status=1)
    if as_json:
        print(json.dumps(finding.as_data(found, language), ensure_ascii=False, indent=1))
    else:
        for line in in_words(found, language):
            print(line)
    return 0


def _refused(language: str, *sentences: str, status: int = 2, **values: Any) -> int:
    with translation.override(language):
        print(f"millrace: {' '.join(_(each) for each in sentences if each) % values}", file=sys.stderr)
    return status


def _facts(file: Path) -> dict[str, Any]:
    plain = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(plain, dict):
        raise ValueError(type(plain).__name__)
    return plain


def in_words(found: finding.Found, language: str) -> list[str]:
    """This will say an answer in lines for a terminal, in the language."""
    with translation.override(language):
        return list(_worded(found, language))


def _worded(found: finding.Found, language: str) -> Iterator[str]:
    for reading in found.readings:
        said, version = reading.verdict, reading.version
        told = {"title": version.title.said_in(language), "version": version.id, "start": version.starts, "day": said.on}
        outcome = {"outcome": _(OUTCOMES[said.outcome][1])}
        yield _("%(title)s, version %(version)s (from %(start)s), on %(day)s: %(outcome)s") % (told | outcome)
        for one in explain.sentences(said, version, language):
            mark = _(OUTCOMES[one.outcome][0]) if one.is_gate or one.kind == "track" else "-"
            yield f"  {mark:>3}  {one.statement}  [{one.clause or one.label}]"
            for part in one.findings if one.outcome != "pass" else ():
                about = {"fact": part.label, "found": part.found, "required": part.required}
                yield "       " + _("%(fact)s: %(found)s (required: %(required)s)") % about
            yield from (f"       {remedy}" for remedy in one.remedies)
        for step in explain.amount_lines(said, version, language):
            yield f"  {'  ' * step.depth}{step.label}: {step.value}{'  <' if step.is_binding else ''}"
    if found.is_in_doubt:
        yield _("The start of a version is known only to its month: an officer chooses between these readings.")
