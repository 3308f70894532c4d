"""The command `millrace` — e.g. `millrace demo`, `millrace serve --port 8080`, `millrace judge nifs --on 2024-06-03 --facts facts.json`.

Only the wiring: each word calls a function of the module that owns the work. Django is loaded only where a word needs it.
"""

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from millrace.site import answers, database, exports, folders, prepared, published, serve
from millrace.site import home as homes

REPOSITORY = Path(__file__).resolve().parents[2]
POLICY = REPOSITORY / "policies" / "hong-kong"
# Who may be chosen on the demonstration's page, by their place on it: said here without loading Django, and held equal by a test.
ROLES = {
    "officer": "Programme officer",
    "assessor": "Assessor",
    "committee": "Committee member",
    "authority": "Authority",
    "finance": "Finance controller",
    "finance_maker": "Payment maker",
    "finance_checker": "Payment checker",
    "policy": "Policy officer",
    "auditor": "Auditor",
    "administrator": "Administrator of the funder",
    "organisation-member": "Member of an organisation",
    "organisation-signatory": "Authorised person of an organisation",
    "organisation-administrator": "Administrator of an organisation",
    "operator": "Runs a facility",
}
Run = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """This will run one word of the command line; a refused home is one sentence, not a traceback."""
    chosen = _parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millrace.site.settings")
    run: Run = chosen.run
    try:
        status = run(chosen)
        sys.stdout.flush()
        return status
    except homes.HomeRefused as refused:
        print(f"millrace: {refused}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read what was printed has enough, as `| head` has; what is left to flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="millrace", description="The operating system of a public innovation funder.")
    words = parser.add_subparsers(required=True, metavar="WORD")

    def word(name: str, run: Run, help: str | None = None) -> argparse.ArgumentParser:
        made = words.add_parser(name, description=help, **({"help": help} if help else {}))
        made.set_defaults(run=run)
        return made

    demo = word("demo", _demo, "serve a demonstration with invented cases, on this machine only")
    demo.add_argument("port", nargs="?", type=int, help="the port; the first free one from 8000 when left out")
    serving = word("serve", _serve, "migrate, then serve pages and run the jobs until Ctrl-C")
    serving.add_argument("--port", type=int)
    serving.add_argument("--host", default="127.0.0.1", help="the address to listen on; in a container 0.0.0.0")
    word("migrate", _migrate, "bring the database to this program's tables, and grant each role what it may")
    jobs = word("jobs", _jobs, "run the jobs process alone (serve starts one)")
    jobs.add_argument("--here", action="store_true", help="on the database the environment names, as serve does")
    publish = word("publish", _asking(answers.publish), "publish a policy folder: what is new in it comes into force")
    publish.add_argument("folder", type=Path)
    first = word("administrator", _asking(answers.administrator), "invite the first administrator, who invites everyone else")
    first.add_argument("email")
    first.add_argument("--site", required=True, metavar="ADDRESS", help="where the pages are, as in https://millrace.example.gov")
    judge = word("judge", _judge, "judge facts by a scheme's rules of a day, as the finder does")
    judge.add_argument("scheme")
    judge.add_argument("--on", type=answers.day, required=True, metavar="DAY")
    judge.add_argument("--facts", type=Path, required=True, metavar="FILE", help='a JSON object: {"total_cost": 3000000000}')
    judge.add_argument("--language", default="en", choices=("en", "zh-hant", "zh-hans"))
    judge.add_argument("--json", action="store_true")
    judge.add_argument("--policy", type=Path, metavar="FOLDER", help="judge by a folder that is not published")
    policy = words.add_parser("policy", help="work on a policy folder: new, lint, test, diff, compare, publish, replay")
    folders.add_words(
        policy, {run.__name__: _asking(run) for run in (published.compare, published.publish, published.diff, published.replay)}
    )
    figure = word("figure", _asking(answers.figure), "answer a published figure for a day")
    figure.add_argument("name")
    figure.add_argument("--as-at", type=answers.day, required=True, metavar="DAY")
    figure.add_argument("--as-known", type=answers.moment, metavar="MOMENT", help="as it was known then; now when left out")
    figure.add_argument("--json", action="store_true")
    ahead = word("forecast", _asking(published.forecast), "forecast what a scheme commits and pays by year")
    ahead.add_argument("scheme")
    ahead.add_argument("--policy", type=Path, metavar="FOLDER", help="by a folder that is not published")
    ahead.add_argument("--on", type=answers.day, metavar="DAY", help="as of which day; today when left out")
    ahead.add_argument("--as-known", type=answers.moment, metavar="MOMENT", help="as it was known then; now when left out")
    ahead.add_argument("--json", action="store_true")
    verify = word("verify", _asking(answers.verify), "check the hash chain, the sheet and every balance against the timeline")
    verify.add_argument("--json", action="store_true")
    forms = "the books (beancount), the awards (360giving), public tables (datapackage); for the funder's analysts: parquet"
    export = word("export", _asking(exports.export), f"write for outsiders: {forms}")
    export.add_argument("form", choices=exports.FORMS)
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    export.add_argument("--on", type=answers.day, metavar="DAY", help="at the end of which day; today when left out")
    export.add_argument("--as-known", type=answers.moment, metavar="MOMENT", help="as it was known then; now when left out")
    _bundle_words(word("bundle", _asking(exports.bundle), "write an audit bundle of a case or a figure, which checks itself elsewhere"))
    backup = word("backup", _asking(answers.back_up), "copy the database and the attachments (done every night by the jobs)")
    backup.add_argument("folder", type=Path, nargs="?")
    restore = word("restore", _restore, "put a backup into an empty MILLRACE_HOME, and verify it")
    restore.add_argument("folder", type=Path)
    word("prepare", _prepare)
    word("portfolio", _portfolio)
    return parser


def _bundle_words(bundle: argparse.ArgumentParser) -> None:
    bundle.add_argument("kind", choices=("case", "figure"))
    bundle.add_argument("name", help="the case's reference, or the figure's name")
    bundle.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    bundle.add_argument("--as-at", type=answers.day, metavar="DAY", help="of a figure: the day; today when left out")
    bundle.add_argument("--as-known", type=answers.moment, metavar="MOMENT", help="as it was known then; now when left out")


def _word(name: str) -> list[str]:
    """This will be the command of another word, for a process of its own, so that this one stays small."""
    return [sys.executable, "-m", "millrace.site.command", name]


def _child(name: str) -> None:
    """This will run another word and stop if it fails."""
    if subprocess.run(_word(name), check=False).returncode:
        raise SystemExit(1)


def _make_ready(opened: database.Database, word: str) -> None:
    """This will run the word unless it was run for this very program on this database."""
    mark = prepared.fingerprint(word)
    if not prepared.is_done(opened, word, mark):
        _child(word)
        prepared.set_done(opened, word, mark)


def _demo(chosen: argparse.Namespace) -> int:
    port = serve.free_port(chosen.port)
    with database.opened(adopt=True) as opened:
        opened = _whole_or_empty(opened)
        _make_ready(opened, "prepare")
        mark = prepared.fingerprint("portfolio")
        errand = None
        if not prepared.is_done(opened, "portfolio", mark):

            def told() -> None:
                prepared.set_done(opened, "portfolio", mark)
                print("The demonstration is complete.", flush=True)

            errand = serve.Errand(_word("portfolio"), told)
        serve.run(opened, homes.current(), port, _demo_address(port), errand=errand)
    return 0


def _whole_or_empty(opened: database.Database) -> database.Database:
    """A demonstration cut short (Ctrl-C while it was told) is begun again in an empty database, unless someone is telling it now."""
    with opened.home.lock_if_free("portfolio") as is_free:
        marked = database.marks(opened)
        if is_free and opened.cluster and "telling" in marked and "told" not in marked:
            print("The demonstration was cut short the last time; it is begun again.", flush=True)
            return database.begun_again(opened)
    return opened


def _demo_address(port: int) -> str:
    """This will say where the demonstration is and, role by role, how to sign in: the address, and under which heading to click a name."""
    address = f"http://127.0.0.1:{port}/"
    sign_in = [f"  {role:38}{address}demo/sign-in/#{code}" for code, role in ROLES.items()]
    told = "Sign in at the address of a role, with one click on a name under its heading; no password is asked:"
    lines = (f"\nMillrace is at {address}", told, *sign_in, f"Ctrl-C stops it; the data stay in {homes.current().path}")
    return "\n".join(lines)


def _serve(chosen: argparse.Namespace) -> int:
    port = serve.free_port(chosen.port)
    with database.opened(adopt=True) as opened:
        if not opened.roles_are_apart:
            print("millrace: DATABASE_URL may not make roles: pages run as the owner, and only triggers guard the past.", file=sys.stderr)
        _make_ready(opened, "prepare")
        serve.run(opened, homes.current(), port, f"Millrace is at http://{chosen.host}:{port}/", host=chosen.host)
    return 0


def _migrate(_chosen: argparse.Namespace) -> int:
    with database.opened() as opened:
        os.environ.update(opened.environment("owner"))
        from millrace.site import migrate

        migrate.run(app=opened.access["app"]["PGUSER"], reader=opened.access["reader"]["PGUSER"])
    return 0


def _prepare(chosen: argparse.Namespace) -> int:
    """What `serve` and `demo` need before the first page: catalogues, tables and grants, static files."""
    os.environ["MILLRACE_HASHED_STATIC"] = "1"
    from millrace.site import static_files, translations

    translations.compile_stale()
    _migrate(chosen)
    static_files.collect(homes.current().static)
    return 0


def _jobs(chosen: argparse.Namespace) -> int:
    with contextlib.nullcontext() if chosen.here else database.opened() as opened:
        _as(opened, "app")
        from millrace.jobs import runner

        return runner.run()


def _asking(run: Run) -> Run:
    """This will open the database, and leave it as found, around a word that asks it as the application."""

    def asking(chosen: argparse.Namespace) -> int:
        with database.opened() as opened:
            answers.must_be_prepared(opened)
            _as(opened, "app")
            return answers.in_words(run, chosen)

    return asking


def _judge(chosen: argparse.Namespace) -> int:
    """Facts judged by a folder ask no database; by what is published, they do."""
    if chosen.policy is None:
        return _asking(answers.judge)(chosen)
    _as(None, "app")
    return answers.judge_by_folder(chosen)


def _restore(chosen: argparse.Namespace) -> int:
    with database.opened() as opened:
        _as(opened, "owner")
        answers.restore(chosen, opened)
        _child("migrate")
        _child("verify")
    return 0


def _portfolio(chosen: argparse.Namespace) -> int:
    """The demonstration's policy and cases, where the database holds none yet."""
    with database.opened() as opened, opened.home.lock("portfolio"):
        _as(opened, "app")
        return answers.fill(POLICY)


def _as(opened: database.Database | None, role: str) -> None:
    """This will make this process a Django one under `role`; without a database, the one the environment names."""
    os.environ.update(opened.environment(role) if opened else {})
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
