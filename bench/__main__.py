"""Runs the measurements by name — e.g. `python -m bench start`; without a name, all of them, one table after another."""

import importlib
import pkgutil
import sys

import bench

NOT_MEASUREMENTS = {"__main__", "long_books", "long_sheet", "throwaway"}


def names() -> list[str]:
    """This will list the modules of this folder that measure something."""
    return sorted({module.name for module in pkgutil.iter_modules(bench.__path__)} - NOT_MEASUREMENTS)


def main() -> int:
    """This will run one measurement with the rest of the command line, or each with its defaults in a process of its own."""
    chosen = sys.argv[1:2]
    if chosen and chosen[0] not in names():
        print(f"There is no measurement {chosen[0]!r}. There are: {', '.join(names())}.", file=sys.stderr)
        return 2
    if chosen:
        sys.argv[:2] = [f"bench {chosen[0]}"]
        importlib.import_module(f"bench.{chosen[0]}").main()
        return 0
    import subprocess

    failed = [name for name in names() if _said(name) or subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode]
    return 1 if failed else 0


def _said(name: str) -> None:
    print(f"\n== {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
