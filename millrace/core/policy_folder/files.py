"""Reads a policy folder from disk — e.g. policies/hong-kong as `{"facts.toml": b"…", "schemes/nifs/rules.toml": b"…", …}`."""

from pathlib import Path


def files_of(folder: Path) -> dict[str, bytes]:
    """This will read a folder: path within it → content; hidden files are left out. A scheme's folder that holds nothing is there as
    `schemes/<slug>/`, so that it is told and not passed over."""
    inside = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    shown = {name.as_posix(): path for name, path in inside.items() if not any(part.startswith(".") for part in name.parts)}
    begun = (f"schemes/{path.name}/" for path in sorted(folder.glob("schemes/*")) if path.is_dir() and not path.name.startswith("."))
    empty = {name: b"" for name in begun if not any(path.startswith(name) for path in shown)}
    return {path: found.read_bytes() for path, found in shown.items()} | empty
