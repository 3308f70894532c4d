"""The words of the command line about a policy folder that is not published — e.g. `millrace policy lint policies/hong-kong`.

None of them asks a database. Each prints for people, or JSON for programs; the exit status is 0 where the folder is clean, 1 where
something is to be mended, 2 where the command was not understood.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from millrace.core.policy_folder import difference, fact_reference, files, lint, read
from millrace.core.policy_folder.read import Policy
from millrace.core.rules import cases
from millrace.core.toml_text import Unreadable

Run = Callable[[argparse.Namespace], int]
HERE = Path(__file__).resolve().parents[2]
SKELETON = Path(__file__).resolve().parent / "new_policy"
REFERENCE = HERE / "docs" / "reference" / "facts.md"


class NotAFolder(Exception):
    """The folder that was named is not one."""


def add_words(parser: argparse.ArgumentParser, asking: Mapping[str, Run]) -> None:
    """This will add the words below `millrace policy`; `asking` holds those that ask the database, by their names."""
    words = parser.add_subparsers(required=True, metavar="WORD")
    for name, run, help in (
        ("new", new, "begin a policy folder, or with --scheme a scheme in one, that is sound and can be changed"),
        ("lint", lint_, "find what is wrong in a folder, by file and line"),
        ("test", test, "run the worked cases of a folder"),
        ("diff", diff, "say what a folder says that another (--with) or the published policy does not"),
        ("compare", asking["compare"], "judge all past cases by a folder's draft: who gains, who loses, and why"),
        ("publish", asking["publish"], "publish what is new in a folder"),
    ):
        word = words.add_parser(name, help=help, description=help)
        word.add_argument("folder", type=Path)
        word.add_argument("--json", action="store_true")
        word.set_defaults(run=run)
        if name == "new":
            word.add_argument("--scheme", help="the name of a scheme to begin in the folder")
        if name == "diff":
            word.add_argument("--with", dest="other", type=Path, help="the folder to compare with; the published policy when left out")
            word.set_defaults(run=lambda chosen: (diff if chosen.other else asking["diff"])(chosen))
        if name == "compare":
            word.add_argument("--scheme", help="one scheme; all of them when left out")
    replay = words.add_parser("replay", help="judge every past case again under the version it is bound to")
    replay.add_argument("--json", action="store_true")
    replay.set_defaults(run=asking["replay"])
    facts = words.add_parser("facts", help="write the reference page of the vocabulary of facts")
    facts.set_defaults(run=facts_page)


def files_of(folder: Path) -> dict[str, bytes]:
    """This will read a folder, or refuse what is none."""
    if not folder.is_dir():
        raise NotAFolder(f"{folder} is not a folder")
    return files.files_of(folder)


def say(data: Mapping[str, Any], lines: list[str], *, as_json: bool) -> None:
    """This will print for a program or for a person."""
    print(json.dumps(data, ensure_ascii=False, indent=1, default=str) if as_json else "\n".join(lines))


def refused(message: str) -> int:
    """This will say what was not understood."""
    print(f"millrace: {message}", file=sys.stderr)
    return 2


def unreadable(folder: Path, wrong: Unreadable, *, as_json: bool) -> int:
    """This will print what keeps a folder from being read."""
    found = [{"file": one.file, "line": one.line, "message": one.message, "remedy": one.remedy} for one in wrong.findings]
    lines = [f"{folder}/{one}" for one in wrong.findings]
    say({"is_clean": False, "findings": found}, [*lines, f"{len(lines)} findings: the folder cannot be read"], as_json=as_json)
    return 1


def lint_(chosen: argparse.Namespace) -> int:
    try:
        remarks = lint.lint(files_of(chosen.folder))
    except NotAFolder as wrong:
        return refused(str(wrong))
    is_clean = lint.is_clean(remarks)
    data = [
        {"weight": one.weight, "code": one.code, "file": one.finding.file, "line": one.finding.line}
        | {"message": one.finding.message, "remedy": one.finding.remedy}
        for one in remarks
    ]
    lines = [f"{one.weight:>7}  {chosen.folder}/{one.finding}" for one in remarks]
    mend = sum(one.weight != lint.NOTE for one in remarks)
    lines.append(f"{mend} to mend, {len(remarks) - mend} to note")
    say({"is_clean": is_clean, "findings": data}, lines, as_json=chosen.json)
    return 0 if is_clean else 1


def read_folder(chosen: argparse.Namespace, folder: Path) -> Policy | int:
    try:
        return read.policy(files_of(folder))
    except NotAFolder as wrong:
        return refused(str(wrong))
    except Unreadable as found:
        return unreadable(folder, found, as_json=getattr(chosen, "json", False))


def test(chosen: argparse.Namespace) -> int:
    policy = read_folder(chosen, chosen.folder)
    if isinstance(policy, int):
        return policy
    results = [
        {"scheme": slug, "case": case.title, "file": case.file, "line": case.line, "wrong": cases.run(case, policy.schemes[slug])}
        for slug, worked in policy.cases.items()
        for case in worked
    ]
    wrong = [one for one in results if one["wrong"]]
    lines = [f"{chosen.folder}/{one['file']}:{one['line']}: {one['case']}: {'; '.join(one['wrong'])}" for one in wrong]
    lines.append(f"{len(results)} worked cases, {len(wrong)} wrong")
    say({"is_clean": not wrong, "count": len(results), "cases": results}, lines, as_json=chosen.json)
    return 1 if wrong else 0


def diff(chosen: argparse.Namespace) -> int:
    later, earlier = read_folder(chosen, chosen.folder), read_folder(chosen, chosen.other)
    if isinstance(later, int) or isinstance(earlier, int):
        return later if isinstance(later, int) else 1
    tell_differences(earlier.schemes, later, as_json=chosen.json)
    return 0


def tell_differences(earlier: Mapping[str, Any], later: Policy, *, as_json: bool) -> None:
    """This will print what the later policy says that the earlier schemes do not."""
    found = difference.between(earlier, later.schemes, later.funder.languages[0])
    lines = [one.line() for one in found] or ["They say the same."]
    say({"is_same": not found, "differences": [one.as_data() for one in found]}, lines, as_json=as_json)


def new(chosen: argparse.Namespace) -> int:
    folder: Path = chosen.folder
    skeleton = files_of(SKELETON)
    if chosen.scheme:
        inside = {path: text for path, text in skeleton.items() if path.startswith("schemes/example/")}
        skeleton = {path.replace("/example/", f"/{chosen.scheme}/"): text for path, text in inside.items()}
        name = chosen.scheme
    elif folder.exists() and any(folder.iterdir()):
        return refused(f"{folder} is not empty: name a folder that is not there yet, or begin a scheme in it with --scheme")
    else:
        name = folder.resolve().name
    if any((folder / path).exists() for path in skeleton):
        return refused(f"{folder / 'schemes' / name} is there already")
    for path, text in skeleton.items():
        told = text.replace(b'slug = "example"', f'slug = "{name}"'.encode()) if chosen.scheme else text.replace(b"a-funder", name.encode())
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(told)
    lines = [f"{len(skeleton)} files in {folder}", *([f"add {name!r} to a fund's schemes in funds.toml"] if chosen.scheme else [])]
    say({"is_clean": True, "files": sorted(skeleton)}, lines, as_json=chosen.json)
    return 0


def facts_page(chosen: argparse.Namespace) -> int:
    page = reference_page()
    REFERENCE.write_text(page, encoding="utf-8")
    print(f"wrote {REFERENCE.relative_to(HERE)}")
    return 0


def reference_page() -> str:
    """This will make the reference page of facts from the folders under policies/."""
    folders = sorted(path for path in (HERE / "policies").iterdir() if path.is_dir())
    return fact_reference.page({folder.name: read.policy(files_of(folder)) for folder in folders})
