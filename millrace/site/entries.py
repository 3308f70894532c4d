"""Lists every address with who may enter it: `python -m millrace.site.entries` rewrites tests/architecture/urls/ — one file per app.

The lists are read in review: a new line there says in plain words that a page was opened, and to whom.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

LISTS = Path(__file__).resolve().parents[2] / "tests" / "architecture" / "urls"
# Addresses of libraries, which decide for themselves who may enter; ours never stand here.
LIBRARIES = {
    "allauth.account": "sign-in: public, or the person signed in",
    "allauth.mfa": "the person signed in",
}


def addresses(patterns: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """This will walk the address table: each address with its view."""
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, here)
        else:
            yield here, pattern.callback


def who_may_enter(view: Any) -> str:
    """This will say who may enter: the view's own declaration, its library's, or nothing."""
    if declared := getattr(view, "entry", None):
        return str(declared)
    return next((f"library: {who}" for library, who in LIBRARIES.items() if view.__module__.startswith(library)), "")


def app_of(address: str, view: Any) -> str:
    """This will name the app an address belongs to — e.g. stages.award; the API is one list."""
    if address.startswith("api/"):
        return "api"
    parts = view.__module__.split(".")
    return (
        ".".join(parts[1:3])
        if parts[0] == "millrace" and parts[1] in ("stages", "desks")
        else parts[1]
        if parts[0] == "millrace"
        else parts[0]
    )


def listed() -> dict[str, list[str]]:
    """This will give, per app, one line per address."""
    from django.urls import get_resolver

    lines: dict[str, list[str]] = defaultdict(list)
    for address, view in addresses(get_resolver().url_patterns):
        lines[app_of(address, view)].append(f"/{address.lstrip('^')}  {who_may_enter(view) or 'UNDECLARED'}")
    return {app: sorted(set(found)) for app, found in sorted(lines.items())}


def main() -> None:
    """This will write the lists."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millrace.site.settings")
    import django

    django.setup()
    LISTS.mkdir(parents=True, exist_ok=True)
    found = listed()
    for app, lines in found.items():
        (LISTS / f"{app}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    for path in LISTS.glob("*.txt"):
        if path.stem not in found:
            path.unlink()


if __name__ == "__main__":
    main()
