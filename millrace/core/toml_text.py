"""Reading a policy's text with care: every value by its kind, every unknown key told, and every
finding with its file and line.

`value_cents = "15m"` in a rules file becomes "rules.toml:12: value_cents must be a whole number";
reading goes on, so that one run tells all findings.
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.core import toml_lines
from millrace.core.texts import Text, text


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something wrong in a policy's text: where, what, and what to do."""

    file: str
    line: int
    message: str
    remedy: str
    is_of_whole_file: bool = False

    def __str__(self) -> str:
        tail = f" ({self.remedy})" if self.remedy else ""
        return f"{self.file}:{self.line}: {self.message}{tail}"


class Unreadable(ValueError):
    """A policy text that refuses to load, with every finding: those of files that are not there or no text first."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(set(findings), key=lambda one: (not one.is_of_whole_file, one)))
        super().__init__("\n".join(str(finding) for finding in self.findings))


class Document:
    """One file: its tables, the lines of its keys and what was found wrong in it.

    One that `is_stored` was published and passed the checks of its time: only what leaves its meaning open is wrong in it. One that
    `is_broken` is not there or no text: that was said, and nothing more is found in it.
    """

    def __init__(
        self,
        file: str,
        data: dict[str, Any],
        lines: dict[toml_lines.Path, int],
        findings: list[Finding],
        *,
        is_stored: bool = False,
        is_broken: bool = False,
    ) -> None:
        self.file = file
        self.is_broken = is_broken
        self.is_stored = is_stored
        self.lines = lines
        self.findings = findings
        self.made: dict[str, Any] = {}  # what was read from the whole of it, kept for who reads it again
        self.root = Table(self, data, ())

    def complain(self, path: toml_lines.Path, message: str, remedy: str) -> None:
        """Add a finding at the line of a path, which a text that was published is not held to."""
        if not self.is_stored:
            self.lose(path, message, remedy)

    def lose(self, path: toml_lines.Path, message: str, remedy: str) -> None:
        """Add a finding at the line of a path where what was meant is lost, so that no text can be read with it."""
        if not self.is_broken:
            self.findings.append(Finding(self.file, toml_lines.line_of(self.lines, path), message, remedy))


def parse(file: str, content: bytes, findings: list[Finding]) -> Document:
    """Read a TOML file; what cannot be read at all becomes one finding and an empty document."""
    try:
        source = content.decode("utf-8")
        return Document(file, tomllib.loads(source), toml_lines.index(source), findings)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        findings.append(Finding(file, line, "the file is not UTF-8 text", "save it as UTF-8", True))
    except tomllib.TOMLDecodeError as error:
        findings.append(
            Finding(
                file,
                _line_in(error, content),
                f"this is not TOML: {error}",
                "mend the text there: a quote, a bracket or a sign is amiss",
                True,
            )
        )
    return broken(file, findings)


def broken(file: str, findings: list[Finding]) -> Document:
    """Stand an empty document in for a file that cannot be read, of which nothing more is found."""
    return Document(file, {}, {(): 1}, findings, is_broken=True)


def from_plain(file: str, data: dict[str, Any], findings: list[Finding]) -> Document:
    """Wrap plain data that was read before, as when a stored version is read again."""
    return Document(file, data, {(): 1}, findings, is_stored=True)


def _line_in(error: tomllib.TOMLDecodeError, content: bytes) -> int:
    """Take the line from the reader's message ("… (at line 3, column 7)")."""
    words = str(error).replace(",", " ").replace(")", " ").split()
    if "line" in words:
        number = words[words.index("line") + 1]
        if number.isdigit():
            return int(number)
    return content.count(b"\n") + 1


_MISSING: Any = object()


class Table:
    """One table of a document. Each getter checks the kind of what it gives, records that the key
    is known, and on a mistake complains and gives an empty value, so that reading goes on."""

    def __init__(self, document: Document, data: Mapping[str, Any], path: toml_lines.Path) -> None:
        self.document = document
        self.data = data
        self.path = path
        self.is_given_up = False
        self._known: set[str] = set()
        self._children: dict[toml_lines.Path, Table] = {}

    def complain(self, message: str, key: str, remedy: str) -> None:
        """Add a finding at a key of this table, or ("") at the table itself, with what would mend it."""
        self.document.complain((*self.path, key) if key else self.path, message, remedy)

    def lose(self, message: str, key: str, remedy: str) -> None:
        """Add a finding where what was meant is lost: the one kind that also a published text is refused for."""
        self.document.lose((*self.path, key) if key else self.path, message, remedy)

    def give_up(self) -> None:
        """Read no further here: something in it is wrong and was said, so what else it holds goes unread and is not told."""
        self.is_given_up = True

    def has(self, key: str) -> bool:
        """Say whether the key is there (without making it known)."""
        return key in self.data

    def names(self) -> list[str]:
        """List its keys in the order written."""
        return list(self.data)

    def _get(self, key: str, kinds: tuple[type, ...], called: str, default: Any) -> Any:
        self._known.add(key)
        if key not in self.data:
            if default is _MISSING:
                self.lose(f"{key} is missing", "", f"add {key}, {called}")
                return kinds[0]()
            return default
        value = self.data[key]
        if type(value) not in kinds:
            self.lose(f"{key} must be {called}, not {value!r}", key, f"write {called}")
            return kinds[0]() if default is _MISSING else default
        return value

    def string(self, key: str, default: str | None = _MISSING) -> str:
        """Give a piece of text; where one is needed, an empty one says nothing and is refused."""
        value: str = self._get(key, (str,), "text in quotes", default)
        if default is _MISSING and self.data.get(key) == "":
            self.complain(f"{key} is empty", key, f"write {key}")
        return value

    def one_of(self, key: str, allowed: Collection[str], default: str | None = _MISSING) -> str:
        """Give a word out of a closed list."""
        value = self.string(key, default)
        if key in self.data and value not in allowed:
            self.lose(f"{key} = {value!r} is not known", key, f"one of: {', '.join(sorted(allowed))}")
        return value

    def integer(self, key: str, default: int | None = _MISSING, *, least: int = 0) -> int:
        """Give a whole number not below `least`."""
        value: int = self._get(key, (int,), "a whole number", default)
        if type(self.data.get(key)) is int and value < least:
            self.complain(f"{key} must be at least {least}, not {value}", key, f"write {least} or more")
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """Give true or false."""
        value: bool = self._get(key, (bool,), "true or false", default)
        return value

    def strings(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Give a list of words."""
        value = self._get(key, (list,), "a list of texts", list(default))
        if any(not isinstance(item, str) for item in value):
            self.lose(f"{key} must be a list of texts", key, f'write {key} = ["…"]')
            return ()
        return tuple(value)

    def anything(self, key: str) -> Any:
        """Give whatever is there, or None, for the caller to check."""
        self._known.add(key)
        return self.data.get(key)

    def table(self, key: str) -> "Table":
        """Give a table; a missing one is an empty one."""
        value = self._get(key, (dict,), "a table", {})
        return self._child((*self.path, key), value)

    def tables(self, key: str) -> list["Table"]:
        """Give a list of tables; a missing one is an empty list."""
        value = self._get(key, (list,), "a list of tables", [])
        found = []
        for position, item in enumerate(value):
            if not isinstance(item, dict):
                self.lose(f"{key} must hold tables only, not {item!r}", key, "put each in braces")
                continue
            found.append(self._child((*self.path, key, position), item))
        return found

    def _child(self, path: toml_lines.Path, data: Mapping[str, Any]) -> "Table":
        if path not in self._children:
            self._children[path] = Table(self.document, data, path)
        return self._children[path]

    def words(self, key: str, languages: Collection[str], *, is_required: bool = True) -> Text:
        """Give a text in every language of the policy; a missing language is a finding."""
        if not is_required and key not in self.data:
            self._known.add(key)
            return Text()
        if self.document.is_stored and not isinstance(self.data.get(key), dict):
            self._known.add(key)
            return _plainly(self.data.get(key), languages)
        value = self._get(key, (dict,), "a table of languages", _MISSING)
        if key not in self.data or not isinstance(self.data[key], dict):
            return Text()
        for language in languages:
            if not isinstance(value.get(language), str) or not value[language].strip():
                self.complain(f"{key} is not worded in {language}", key, f"add {language} = …")
        for language in value:
            if language not in languages:
                self.complain(f"{key} is worded in {language}, which the policy does not have", key, "take it out, or add it to languages")
        return text({language: value[language] for language in languages if isinstance(value.get(language), str)})

    def finish(self) -> None:
        """Complain of every key, here and below, that nothing asked for; not of what was given up."""
        if self.is_given_up:
            return
        for key in self.data:
            if key not in self._known:
                self.complain(f"{key} is not known here", key, "take it out, or mend its spelling")
        for child in self._children.values():
            child.finish()


def _plainly(written: Any, languages: Collection[str]) -> Text:
    """Give what a text stored long ago says where today it is worded in every language: in its first, or not at all."""
    return text({next(iter(languages)): written}) if isinstance(written, str) and written else Text()
