"""How long a whole policy takes to read, check and run: `python -m bench policy_load`; e.g. every scheme of Hong Kong from its texts."""

import argparse
import time
from pathlib import Path

from millrace.core.policy_folder import lint, read
from millrace.core.rules import cases, parse
from millrace.site import folders

POLICY = Path(__file__).resolve().parents[1] / "policies" / "hong-kong"


def main() -> None:
    """This will print the CPU seconds of loading the folder, of reading published texts back, of worked cases and of linting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=POLICY)
    files = folders.files_of(parser.parse_args().folder)
    began = time.process_time()
    policy = read.policy(files)
    loaded = time.process_time()
    versions = [version for scheme in policy.schemes.values() for version in scheme.versions]
    for version in versions:
        parse.version_from_text(version.text)
    again = time.process_time()
    wrong = [line for slug, worked in policy.cases.items() for case in worked for line in cases.run(case, policy.schemes[slug])]
    tested = time.process_time()
    remarks = lint.lint(files)
    print(f"{len(policy.schemes)} schemes, {len(versions)} versions, {sum(len(one.rules) for one in versions)} rules, {len(files)} files")
    for name, took in (
        ("the folder read and checked", loaded - began),
        ("every published text read back", again - loaded),
        (f"worked cases ({len(wrong)} wrong)", tested - again),
        (f"linted ({len(remarks)} findings)", time.process_time() - tested),
    ):
        print(f"{name:40} {took:>8.2f} s CPU")


if __name__ == "__main__":
    main()
