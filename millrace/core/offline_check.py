"""Checks an audit bundle with nothing but Python 3.11 — e.g. `python verify.py NIFS-7KQ2-M4XD.zip` on a machine without a network.

This file stands in every bundle as verify.py and imports nothing of Millrace. It checks that every byte is as it was written, follows
the hash chain, sees that events, rules, verdicts and postings are those the chain holds, and adds the figure up again.
"""

import hashlib
import io
import json
import sys
import tomllib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

FORMAT = "millrace-audit-bundle 1"
MANIFEST, CHAIN, EVENTS, VERDICTS, POSTINGS, TEXTS = (
    "manifest.json",
    "chain.jsonl",
    "events.jsonl",
    "verdicts.jsonl",
    "postings.jsonl",
    "texts",
)
UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError)
SCALES = {"unit": 0, "thousand": 3, "million": 6}
CENTS = 2
MEASURES = "measures"


def default(column: str) -> Any:
    """Give what a column of a case's sheet holds before anything was asserted of it: a day, or a list of places, holds nothing."""
    if column.endswith(("_on", "_places")):
        return None
    return False if column.startswith("is_") else {"stage_number": 1}.get(column, 0 if column.endswith("_cents") else "")


def canonical(value: Any) -> str:
    """Write a value the one way it is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(data: bytes) -> str:
    """Hash bytes, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def signed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Add to a manifest the hash of all else it says, so that a byte altered in it is noticed."""
    rest = {name: value for name, value in manifest.items() if name != "sha256"}
    return {**rest, "sha256": sha256(canonical(rest).encode())}


def pack(files: Mapping[str, bytes]) -> bytes:
    """Write files into one, always the same bytes for the same files: without dates, and not compressed."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as packed:
        for name, data in sorted(files.items()):
            one = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            one.create_system, one.external_attr = 3, 0o644 << 16
            packed.writestr(one, data)
    return whole.getvalue()


class Bundle:
    """The files of a bundle by name, and what is wrong with them, in words."""

    def __init__(self, files: Mapping[str, bytes], unreadable: tuple[str, ...] = ()) -> None:
        self.files = files
        self.findings = list(unreadable)
        self.events: dict[int, dict[str, Any]] = {}  # by seal
        self.hashed: dict[int, str] = {}  # the event's hash that the chain holds, by seal
        self.counts: dict[str, int] = {}

    def found(self, where: str, what: str) -> None:
        """Add a finding."""
        self.findings.append(f"{where}: {what}")

    def lines(self, name: str) -> Iterator[tuple[int, Any]]:
        """Read a file of one JSON value a line, each with its number; what cannot be read is a finding."""
        for number, line in enumerate(self.files.get(name, b"").split(b"\n"), 1):
            if line:
                try:
                    yield number, json.loads(line)
                except ValueError:
                    self.found(f"{name}, line {number}", "cannot be read")

    def check(self) -> list[str]:
        """Check everything; what cannot even be read is told as the place where it broke off."""
        try:
            manifest = self._manifest()
            if manifest is None:
                return self.findings
            self._bytes(manifest)
            self._chain(manifest)
            self._events()
            self._texts(manifest)
            self._verdicts(manifest)
            self._postings(manifest)
            if manifest["kind"] == "figure":
                self._figure(manifest)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError) as wrong:
            self.found("bundle", f"is not as it was written: {type(wrong).__name__} {wrong}")
        return self.findings

    def _manifest(self) -> dict[str, Any] | None:
        text = self.files.get(MANIFEST)
        if text is None:
            self.found(MANIFEST, "is missing: the bundle was cut short or is not one")
            return None
        try:
            manifest = json.loads(text)
            is_as_written = manifest["format"] == FORMAT and canonical(signed(manifest)).encode() == text
        except (ValueError, KeyError, TypeError):
            self.found(MANIFEST, "cannot be read")
            return None
        if not is_as_written:
            self.found(MANIFEST, "was altered: it does not have the hash it names")
        return dict(manifest)

    def _bytes(self, manifest: Mapping[str, Any]) -> None:
        for name, wanted in sorted(manifest["files"].items()):
            if name not in self.files:
                self.found(name, "is missing")
            elif sha256(self.files[name]) != wanted:
                self.found(name, "was altered: it does not have the hash the manifest names")
        for name in sorted(set(self.files) - set(manifest["files"]) - {MANIFEST}):
            self.found(name, "was added to the bundle")

    def _chain(self, manifest: Mapping[str, Any]) -> None:
        """Follow each stretch of the chain; the seals named in the manifest must have the links it names."""
        previous, number, stamp, links = b"", 0, "", {}
        for line, one in self.lines(CHAIN):
            where = f"{CHAIN}, line {line}"
            if "after" in one:
                previous, number, stamp = bytes.fromhex(one["chain"]), one["after"], ""
                continue
            if one["n"] != number + 1:
                self.found(where, f"seal {one['n']} follows seal {number}")
            if one["t"].removesuffix(" story") < stamp.removesuffix(" story"):
                self.found(where, f"seal {one['n']} is stamped before the one that precedes it")
            linked = hashlib.sha256(previous + bytes.fromhex(one["e"]) + one["t"].encode()).digest()
            if linked.hex() != one["c"]:
                self.found(where, f"the chain breaks at seal {one['n']}")
            previous, number, stamp = bytes.fromhex(one["c"]), one["n"], one["t"]
            self.hashed[number], links[number] = one["e"], one["c"]
        for seal, link in manifest["anchors"]:
            if seal and links.get(seal) != link:
                self.found(CHAIN, f"seal {seal} does not have the link that the manifest names")
        self.counts["seals followed"] = len(self.hashed)

    def _events(self) -> None:
        for line, one in self.lines(EVENTS):
            seal, body = one["n"], one["body"]
            if self.hashed.get(seal) != sha256(body.encode()):
                self.found(f"{EVENTS}, line {line}", f"the event of seal {seal} is not the one the chain holds")
            self.events[seal] = json.loads(body)
        self.counts["events"] = len(self.events)

    def _texts(self, manifest: Mapping[str, Any]) -> None:
        """Each published text has the hash that the event which announced it names."""
        for name, told in sorted(manifest["texts"].items()):
            announced = self.events.get(told["seal"], {}).get("facts", {}).get("sha256")
            wanted = announced[told["named"]] if "named" in told else announced
            if sha256(self.files.get(name, b"")) != wanted:
                self.found(name, f"is not the text that the event of seal {told['seal']} announced")
        self.counts["texts"] = len(manifest["texts"])

    def _verdicts(self, manifest: Mapping[str, Any]) -> None:
        count, versions = 0, {told["version"] for told in manifest["texts"].values() if "version" in told}
        for line, one in self.lines(VERDICTS):
            count += 1
            if sha256(canonical(one["verdict"]).encode()) != one["sha256"]:
                self.found(f"{VERDICTS}, line {line}", f"the verdict of {one['judged_on']} does not have the hash it was stored with")
            if one["verdict"]["version_sha256"] not in versions:
                self.found(f"{VERDICTS}, line {line}", "speaks of a version of the rules that is not in the bundle")
        self.counts["verdicts"] = count

    def _postings(self, manifest: Mapping[str, Any]) -> None:
        """Every posting rests on an event of the bundle, and the accounts come to what the manifest says."""
        own, count = {event["id"] for event in self.events.values()}, 0
        held: dict[str, int] = {}
        for line, one in self.lines(POSTINGS):
            count += 1
            if one["event"] not in own or one["amount"] <= 0:
                self.found(f"{POSTINGS}, line {line}", f"rests on event {one['event']}, which is not in the bundle")
            held[one["source"]] = held.get(one["source"], 0) - one["amount"]
            held[one["target"]] = held.get(one["target"], 0) + one["amount"]
        for account, said in sorted(manifest["balances"].items()):
            if held.get(account, 0) != said:
                self.found(POSTINGS, f"{account} comes to {held.get(account, 0)} and not to {said}")
        self.counts["postings"] = count

    def _figure(self, manifest: Mapping[str, Any]) -> None:
        """Add the figure up again from the events (or the published table) by its own published definition."""
        asked, day = manifest["answer"], date.fromisoformat(manifest["as_at"])
        version = [one for one in tomllib.loads(self._text("figure"))["versions"] if one["starts_on"] <= day][-1]
        if "series" not in version:
            lines = self._counted(version, day, manifest["seal"])
        elif "measures" in version:
            return  # numbers stated one by one: nothing is added up, and the text they stand in was checked
        else:
            lines = _tabled(tomllib.loads(self._text("series")), version, day)
        told = {line["key"]: (line["count"], line["amount_cents"]) for line in asked["lines"]}
        for key in sorted(lines.keys() | told.keys()):
            if lines.get(key, (0, 0)) != told.get(key, (0, 0)):
                self.found("figure", f"“{key}” adds up to {lines.get(key, (0, 0))} and not to {told.get(key, (0, 0))}")
        if version.get("whole_table"):
            return
        added = (sum(count for count, _cents in lines.values()), sum(cents for _count, cents in lines.values()))
        if added != (asked["count"], asked["amount_cents"]):
            self.found("figure", f"adds up to {added} and not to {(asked['count'], asked['amount_cents'])}")

    def _text(self, kind: str) -> str:
        return self.files[f"{TEXTS}/{kind}.toml"].decode()

    def _counted(self, version: Mapping[str, Any], day: date, seal: int) -> dict[str, tuple[int, int]]:
        lines: dict[str, tuple[int, int]] = {}
        counted = 0
        for values in self.sheets(day, seal).values():
            if all(_holds(condition, values, day) for condition in version.get("conditions", [])):
                key, cents = str(values.get(version["group_by"], "")), int(values.get(version.get("amount", ""), 0))
                count, sum_ = lines.get(key, (0, 0))
                added = values.get(f"{MEASURES}.{version['adds_up']}", 0) if "adds_up" in version else 1
                lines[key] = (count + added, sum_ + cents)
                counted += 1
        self.counts["cases counted"] = counted
        return {key: sums for key, sums in lines.items() if sums[0]}

    def sheets(self, day: date, seal: int) -> dict[str, dict[str, Any]]:
        """Give each case's sheet on a day as known at a seal: of each column what was asserted last from a day not after it, and nothing of
        a column never asserted."""
        latest: dict[str, dict[str, tuple[str, int, Any]]] = {}
        for number, event in sorted(self.events.items()):
            if number > seal or not event["sheet"] or event["sheet_from"] > day.isoformat():
                continue
            case = latest.setdefault(event["case"], {})
            for name, value in _flat(event["sheet"]):
                if name not in case or (event["sheet_from"], number) >= case[name][:2]:
                    case[name] = (event["sheet_from"], number, value)
        return {
            case: {name: value for name, (_from, _number, value) in columns.items() if value is not None}
            for case, columns in latest.items()
        }


def _flat(sheet: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give what an event asserts, column by column; each measure of a case is asserted on its own."""
    for name, value in sheet.items():
        yield from ((f"{MEASURES}.{key}", one) for key, one in value.items()) if name == MEASURES else ((name, value),)


def _holds(condition: Mapping[str, Any], values: Mapping[str, Any], day: date) -> bool:
    """Read one condition of a definition; days stand in events as ISO text, which sorts as days do."""
    found, on = values.get(condition["column"], default(condition["column"])), day.isoformat()
    if "by_as_at" in condition:
        return found is not None and found <= on
    if "any_by_as_at" in condition:
        days = [found, *(values.get(column) for column in condition["any_by_as_at"])]
        return any(one is not None and one <= on for one in days)
    if "not_by_as_at" in condition:
        return found is None or found > on
    for operator, wanted in (("one_of", True), ("none_of", False)):
        if operator in condition:
            return (found in condition[operator]) is wanted
    return bool(found == condition["is"] if "is" in condition else found != condition["is_not"])


def _tabled(series: Mapping[str, Any], version: Mapping[str, Any], day: date) -> dict[str, tuple[int, int]]:
    """Take the programmes from the last table published for a day not after the one asked about, each correction over what it mends."""
    latest: dict[date, Any] = {}
    for table in sorted(series["tables"], key=lambda table: (table["as_at"], table.get("version", 1))):
        latest[table["as_at"]] = table
    wanted, scale = version.get("programmes", [""]), 10 ** (SCALES[series["amounts_in"]] + CENTS)
    fitting = []
    for on, table in sorted(latest.items()):
        totals = {row[0]: (row[2], int(Decimal(row[3].replace(",", "")) * scale)) for row in table["rows"] if not row[1]}
        if on <= day and all(programme in totals for programme in wanted):
            fitting.append(totals)
    shown = fitting[-1] if version.get("whole_table") else {programme: fitting[-1][programme] for programme in wanted}
    return {programme: sums for programme, sums in shown.items() if programme}


def read(path: Path) -> Bundle:
    """Read a bundle as one file or as the folder it was unpacked into."""
    if path.is_dir():
        files = {
            one.relative_to(path).as_posix(): one.read_bytes()
            for one in path.rglob("*")
            if one.is_file() and "__pycache__" not in one.parts
        }
        return Bundle(files)
    found: dict[str, bytes] = {}
    unreadable = []
    try:
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                try:
                    found[name] = packed.read(name)
                except UNREADABLE as wrong:
                    unreadable.append(f"{name}: cannot be unpacked ({wrong})")
    except UNREADABLE as wrong:
        unreadable.append(f"{path.name}: was cut short or is not a bundle ({wrong})")
    if not unreadable and pack(found) != path.read_bytes():
        unreadable.append(f"{path.name}: was altered around the files it holds")
    return Bundle(found, tuple(unreadable))


def main(arguments: list[str]) -> int:
    """Check the bundle named, or the folder this program stands in, and say so."""
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    bundle = read(path)
    findings = bundle.check()
    for finding in findings:
        print(f"FOUND  {finding}")
    print(", ".join(f"{count:,} {name}" for name, count in bundle.counts.items() if count))
    print(f"{len(findings)} findings: do not rely on this bundle." if findings else "The bundle is whole, and adds up.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
