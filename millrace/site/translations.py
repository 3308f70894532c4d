"""Keeps the catalogues whole: `python -m millrace.site.translations award` lists what has no Chinese yet — e.g. "Lapsed" → 已失效.

Traditional Chinese is written by hand, one catalogue per app; Simplified is made from it (characters only, with a list of exceptions)
and checked in; the compiled files are made when a command or the tests start and are not checked in.
"""

import io
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import opencc
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

from millrace.site import msgids
from millrace.site.msgids import PACKAGE, Message

BY_HAND, MADE = "zh_Hant", "zh_Hans"
EXCEPTIONS = Path(__file__).with_name("zh_hans_exceptions.toml")
PLACE = re.compile(r"%\((\w+)\)s|%s|\{(\w+)\}")


def path_of(app: Path, language: str) -> Path:
    """This will say where an app's catalogue of a language is."""
    return app / "locale" / language / "LC_MESSAGES" / "django.po"


def apps_with_sentences() -> dict[Path, set[Message]]:
    """This will gather what each app says."""
    said: dict[Path, set[Message]] = defaultdict(set)
    for path, message in msgids.used():
        said[msgids.of_app(path)].add(message)
    return said


def read(path: Path, language: str) -> Catalog:
    """This will read a catalogue, empty when there is none."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language)


def entries(language: str) -> dict[tuple[str, str], dict[Path, str]]:
    """This will gather every translation of a language, by (context, msgid), with the catalogue that gives it."""
    found: dict[tuple[str, str], dict[Path, str]] = defaultdict(dict)
    for path in sorted(PACKAGE.rglob(f"locale/{language}/LC_MESSAGES/django.po")):
        for message in read(path, language):
            msgid = message.id if isinstance(message.id, str) else message.id[0]
            text = message.string if isinstance(message.string, str) else (message.string or [""])[0]
            if msgid and text and not message.fuzzy:
                found[message.context or "", msgid][path] = text
    return found


def untranslated() -> list[str]:
    """This will list each sentence that lacks a Chinese one, with where it belongs."""
    lacking = []
    for language in (BY_HAND, MADE):
        have = entries(language)
        for app, messages in sorted(apps_with_sentences().items()):
            lacking += [f"{language} {app.relative_to(PACKAGE)}: {m.msgid!r}" for m in sorted(messages) if (m.context, m.msgid) not in have]
    return lacking


def faults() -> list[str]:
    """This will list sentences translated in two ways, or whose %(places)s differ from the English."""
    wrong = []
    for (_context, msgid), given in entries(BY_HAND).items():
        if len(set(given.values())) > 1:
            wrong.append(f"{msgid!r} is said in two ways: {sorted(set(given.values()))}")
        for path, text in given.items():
            if set(PLACE.findall(msgid)) != set(PLACE.findall(text)):
                wrong.append(f"{path.relative_to(PACKAGE)}: the places of {msgid!r} differ in {text!r}")
    return wrong


def update_by_hand(names: list[str]) -> None:
    """This will add to the named apps' zh_Hant catalogues the sentences they say and none has, empty, and drop those nobody says."""
    have = entries(BY_HAND)
    said = apps_with_sentences()
    everything = {(m.context, m.msgid) for messages in said.values() for m in messages}
    catalogues = set(PACKAGE.rglob(f"locale/{BY_HAND}/LC_MESSAGES/django.po"))
    for path in sorted(catalogues | {path_of(app, BY_HAND) for app in said}):
        if path.parents[3].name not in names:
            continue
        old, new = read(path, BY_HAND), Catalog(locale=BY_HAND, header_comment="", fuzzy=False)
        for message in old:
            msgid = message.id if isinstance(message.id, str) else message.id[0] if message.id else ""
            if msgid and message.string and (message.context or "", msgid) in everything:
                new.add(message.id, message.string, context=message.context)
        for m in sorted(said.get(path.parents[3], ())):
            if (m.context, m.msgid) not in have:
                new.add((m.msgid, m.plural) if m.plural else m.msgid, context=m.context or None)
        if len(new):
            write(path, new)


def make_simplified() -> None:
    """This will write every zh_Hans catalogue from its zh_Hant one."""
    convert = opencc.OpenCC("hk2s").convert
    rules = tomllib.loads(EXCEPTIONS.read_text("utf-8"))
    for source in sorted(PACKAGE.rglob(f"locale/{BY_HAND}/LC_MESSAGES/django.po")):
        new = Catalog(locale=MADE, header_comment="", fuzzy=False)
        for message in read(source, BY_HAND):
            if message.id and message.string:
                text = message.string if isinstance(message.string, str) else message.string[0]
                simplified = rules["whole"].get(text) or simplify(text, convert, rules["words"])
                new.add(message.id, simplified if isinstance(message.id, str) else (simplified,), context=message.context)
        write(path_of(source.parents[3], MADE), new)


def simplify(text: str, convert: object, words: dict[str, str]) -> str:
    """This will turn characters, then mend the words where a character alone decides wrongly."""
    done: str = convert(text)  # type: ignore[operator]  # OpenCC ships no types
    for wrong, right in words.items():
        done = done.replace(wrong, right)
    return done


def write(path: Path, catalogue: Catalog) -> None:
    """This will write a catalogue without dates or line numbers, so that two people's changes seldom meet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = io.BytesIO()
    pofile.write_po(body, catalogue, omit_header=True, no_location=True, sort_output=True, width=140)
    header = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: {catalogue.locale}\\n"\n'
    plural = '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    path.write_bytes((header + plural).encode() + body.getvalue())


def compile_stale() -> int:
    """This will compile each catalogue newer than its compiled file; called when a command or the tests start."""
    done = 0
    for source in sorted(PACKAGE.rglob("locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        half = target.with_suffix(f".mo.{id(source)}")
        with half.open("wb") as file:
            mofile.write_mo(file, read(source, source.parents[1].name))
        half.replace(target)
        done += 1
    return done


def main() -> int:
    """This will bring the catalogues of the apps named on the command line up to date, and say what is still to be written by hand."""
    update_by_hand(sys.argv[1:])
    make_simplified()
    compile_stale()
    lacking = [*untranslated(), *faults()]
    print("\n".join(lacking) or "Nothing is untranslated.")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
