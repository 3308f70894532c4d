"""Proves that a bundle altered in any byte is found, and that what it says of sheets and figures is what the pure core says."""

import ast
import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.core import asat, hash_chain, offline_check
from millrace.core.figures import parse

DAY = "2026-03-10"


def test_it_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(offline_check.__file__).read_text("utf-8"))
    modules = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    modules |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {
        "hashlib",
        "io",
        "json",
        "sys",
        "tomllib",
        "zipfile",
        "zlib",
        "collections",
        "datetime",
        "decimal",
        "pathlib",
        "typing",
    }


def test_columns_begin_and_amounts_are_scaled_as_in_the_core() -> None:
    for name, column in asat.COLUMNS.items():
        assert offline_check.default(name) == (column.default if column.default != () else None), name
    assert parse.SCALES == offline_check.SCALES


def bundle(sheets: list[dict[str, Any]], answer: dict[str, Any], adds: str = 'amount = "approved_cents"') -> bytes:
    """A figure over cases, each event asserting a sheet from a day."""
    text = f'[[versions]]\nstarts_on = 2020-01-01\n{adds}\ngroup_by = "scheme"\n'
    text += 'conditions = [{column = "is_test", is = false}]\n'
    bodies = [json.dumps({"id": 1, "facts": {"sha256": {"figure/f": offline_check.sha256(text.encode())}}, "sheet": None, "case": None})]
    for number, sheet in enumerate(sheets, 2):
        bodies.append(json.dumps({"id": number, "case": "C-1", "sheet": sheet, "sheet_from": DAY, "facts": {}}))
    link, links = hash_chain.START, [{"after": 0, "chain": ""}]
    for number, body in enumerate(bodies, 1):
        stamp = f"2026-03-10T0{number % 10}:00:00.000000Z"
        link = hash_chain.link(link, hash_chain.body_sha256(body), datetime.fromisoformat(stamp), is_story=False)
        links.append({"n": number, "e": hash_chain.body_sha256(body).hex(), "t": stamp, "c": link.hex()})
    files = {
        "chain.jsonl": lines(links),
        "events.jsonl": lines([{"n": number, "body": body} for number, body in enumerate(bodies, 1)]),
        "texts/figure.toml": text.encode(),
    }
    manifest = {
        "format": offline_check.FORMAT,
        "kind": "figure",
        "as_at": "2026-03-31",
        "seal": len(bodies),
        "anchors": [[len(bodies), link.hex()]],
        "texts": {"texts/figure.toml": {"seal": 1, "named": "figure/f"}},
        "balances": {},
        "answer": answer,
        "files": {name: offline_check.sha256(data) for name, data in files.items()},
    }
    return offline_check.pack({**files, "manifest.json": offline_check.canonical(offline_check.signed(manifest)).encode()})


def packed_in(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


def lines(values: list[Any]) -> bytes:
    return "".join(offline_check.canonical(value) + "\n" for value in values).encode()


ONE = {"count": 1, "amount_cents": 500, "lines": [{"key": "nifs", "count": 1, "amount_cents": 500}]}
SOUND = bundle([{"scheme": "nifs", "approved_cents": 700}, {"approved_cents": 500}], ONE)


def found(path: Path, data: bytes) -> list[str]:
    path.write_bytes(data)
    return offline_check.read(path).check()


def test_a_sound_bundle_is_whole_and_one_that_does_not_add_up_is_told(tmp_path: Path) -> None:
    assert found(tmp_path / "b.zip", SOUND) == []
    wrong = found(tmp_path / "b.zip", bundle([{"scheme": "nifs", "approved_cents": 499}], ONE))
    assert wrong == ["figure: “nifs” adds up to (1, 499) and not to (1, 500)", "figure: adds up to (1, 499) and not to (1, 500)"]
    assert found(tmp_path / "b.zip", bundle([{"scheme": "nifs", "approved_cents": 500, "is_test": True}], ONE))


def test_a_measure_is_added_up_each_key_asserted_on_its_own(tmp_path: Path) -> None:
    sheets: list[dict[str, Any]] = [{"scheme": "nifs", "measures": {"lines": 2, "jobs": 9}}, {"measures": {"jobs": 4}}]
    three = {"count": 2, "amount_cents": 0, "lines": [{"key": "nifs", "count": 2, "amount_cents": 0}]}
    assert found(tmp_path / "b.zip", bundle(sheets, three, 'adds_up = "lines"')) == []
    assert found(tmp_path / "b.zip", bundle([*sheets, {"measures": {"lines": 3}}], three, 'adds_up = "lines"')) == [
        "figure: “nifs” adds up to (3, 0) and not to (2, 0)",
        "figure: adds up to (3, 0) and not to (2, 0)",
    ]
    nothing = {"count": 0, "amount_cents": 0, "lines": []}
    assert found(tmp_path / "b.zip", bundle([*sheets, {"measures": {"lines": None}}], nothing, 'adds_up = "lines"')) == []


@settings(max_examples=300)
@given(st.integers(0, len(SOUND) - 1), st.integers(1, 255))
def test_one_byte_altered_anywhere_is_found(tmp_path_factory: pytest.TempPathFactory, place: int, change: int) -> None:
    altered = bytearray(SOUND)
    altered[place] ^= change
    assert found(tmp_path_factory.mktemp("b") / "b.zip", bytes(altered))


@pytest.mark.parametrize("kept", [0, 1, 30, len(SOUND) // 2, len(SOUND) - 1])
def test_a_bundle_cut_short_is_told(tmp_path: Path, kept: int) -> None:
    assert found(tmp_path / "b.zip", SOUND[:kept])


def test_what_was_altered_is_named(tmp_path: Path) -> None:
    altered = found(tmp_path / "b.zip", offline_check.pack({**packed_in(SOUND), "events.jsonl": b'{"n":1,"body":"{}"}\n'}))
    assert "events.jsonl: was altered: it does not have the hash the manifest names" in altered
    assert "events.jsonl, line 1: the event of seal 1 is not the one the chain holds" in altered
    files = packed_in(SOUND)
    more = found(tmp_path / "b.zip", offline_check.pack({**files, "more.txt": b"x"}))
    assert more == ["more.txt: was added to the bundle"]
    del files["chain.jsonl"]
    assert "chain.jsonl: is missing" in found(tmp_path / "b.zip", offline_check.pack(files))


def test_a_days_seals_that_do_not_follow_one_another_are_found(tmp_path: Path) -> None:
    files = packed_in(SOUND)
    rows = files["chain.jsonl"].split(b"\n")
    files["chain.jsonl"] = b"\n".join([rows[0], rows[2], rows[1], *rows[3:]])
    told = found(tmp_path / "b.zip", offline_check.pack(files))
    assert "chain.jsonl, line 2: seal 2 follows seal 0" in told and any("the chain breaks" in one for one in told)


sheet = st.fixed_dictionaries({}, optional={"scheme": st.sampled_from(["nifs", "tvp"]), "approved_cents": st.integers(0, 9) | st.none()})


@given(st.lists(st.tuples(sheet, st.sampled_from(["2026-03-01", DAY, "2026-03-31", "2026-04-02"])), max_size=6), st.integers(1, 6))
def test_its_sheets_are_those_of_the_core(told: list[tuple[dict[str, Any], str]], seal: int) -> None:
    own = offline_check.Bundle({})
    own.events = {number: {"case": "C-1", "sheet": values, "sheet_from": on} for number, (values, on) in enumerate(told, 1)}
    assertions = [asat.Assertion(number, date.fromisoformat(on), values) for number, (values, on) in enumerate(told, 1) if values]
    core = asat.as_at(assertions, date(2026, 3, 31), seal)
    mine = own.sheets(date(2026, 3, 31), seal).get("C-1")
    assert (mine is None) == (core is None)
    if mine is not None and core is not None:
        complete = asat.complete(core)
        assert all(complete[name] == value for name, value in mine.items())
