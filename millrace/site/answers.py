"""The words of the command line that ask the database and print — e.g. `millrace figure approved-by-scheme --as-at 2026-03-31`.

What is committed is sealed and the sheet brought up to it first, so that an answer covers all that was acknowledged.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from millrace.core.policy_folder import files
from millrace.core.refusal import Refusal
from millrace.site import database
from millrace.site import home as homes

Made = Callable[[argparse.Namespace], int]
Ready = Callable[[], database.Database]


def day(text: str) -> date:
    """This will read a day, refused in words argparse shows."""
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write it as 2026-03-31") from wrong


def moment(text: str) -> datetime:
    """This will read a moment; without an offset it is taken as UTC."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment: write it as 2026-03-31T10:00Z") from wrong
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def in_words(run: Made, chosen: argparse.Namespace) -> int:
    """This will run a word and turn a refusal into sentences; status 1, as for a finding."""
    try:
        return run(chosen)
    except Refusal as refusal:
        said = [part % refusal.values for part in (refusal.what, refusal.why, refusal.next_step) if part]
        if getattr(chosen, "json", False):
            print(json.dumps({"code": refusal.code, "detail": " ".join(said), "field": refusal.field}, ensure_ascii=False))
        print(f"millrace: {' '.join(said)}", file=sys.stderr)
        return 1


def bring_up_to_date() -> None:
    """This will seal what is committed and let the sheet and the open instalments follow."""
    from millrace.registers.sheet import actions as sheet
    from millrace.registers.timeline import sealer
    from millrace.stages.deliver import keeping
    from millrace.web import clock

    sealer.seal(clock.now())
    sheet.project()
    keeping.keep_up(clock.now())


def publish(chosen: argparse.Namespace) -> int:
    from millrace.stages.plan import commands

    return commands.publish(chosen.folder)


def judge(chosen: argparse.Namespace) -> int:
    from millrace.stages.plan import commands

    return commands.judge(chosen.scheme, on=chosen.on, facts_file=chosen.facts, as_json=chosen.json, language=chosen.language)


def judge_by_folder(chosen: argparse.Namespace) -> int:
    """This will judge facts by a policy folder that is not published."""
    from millrace.site import folders
    from millrace.stages.plan import commands

    policy = folders.read_folder(chosen, chosen.policy)
    if isinstance(policy, int):
        return policy
    held = policy.schemes.get(chosen.scheme)
    if held is None:
        return folders.refused(f"{chosen.policy} has no scheme {chosen.scheme!r}: it has {', '.join(sorted(policy.schemes))}")
    return commands.judge_by(held, on=chosen.on, facts_file=chosen.facts, as_json=chosen.json, language=chosen.language)


def fill(folder: Path) -> int:
    """This will tell the demonstration's story up to now, if it was not told yet, and publish what is new in its own policy."""
    from millrace.jobs import demonstration, reactor
    from millrace.registers.cases.models import Case
    from millrace.registers.people import queries as people
    from millrace.stages.learn import publication
    from millrace.stages.plan import commands
    from millrace.web import clock

    if people.is_being_told():
        raise homes.HomeRefused("The demonstration in this database was cut short: name an empty database, or MILLRACE_HOME a new folder.")
    if not Case.objects.exists():
        print("Three years of invented cases are being told, once; pages fill as they are …", flush=True)
        demonstration.fill(clock.now(), files.files_of(folder))
        reactor.pass_all()
    status = commands.publish(folder, is_proven=True)
    # The first visitor finds the open data, and need not wait for the first night.
    bring_up_to_date()
    publication.publish(clock.now())
    return status


def administrator(chosen: argparse.Namespace) -> int:
    """This will invite the first administrator, who invites everyone else from /desk/powers/; refused once there is one."""
    import uuid

    from millrace.registers.people import invitations
    from millrace.registers.people import queries as people
    from millrace.stages.plan import powers
    from millrace.web import clock

    at, secret = clock.now(), invitations.new_secret()
    if people.holders_of("administrator", at).exists():
        raise Refusal("has-administrator", what="There is an administrator already.", next_step="Ask them to invite others.")
    link = f"{chosen.site.rstrip('/')}/staff/{secret}/"
    system = people.system_person()
    powers.invite_staff(chosen.email, "administrator", secret=secret, link=link, by=system, at=at, command=uuid.uuid4())
    print(f"Invited {chosen.email}; the mail leaves while the jobs run. They may also open this address, once, within 14 days:\n{link}")
    return 0


def figure(chosen: argparse.Namespace) -> int:
    from millrace.stages.learn import terminal

    bring_up_to_date()
    print(terminal.told(chosen.name, as_at=chosen.as_at, as_known=chosen.as_known, is_json=chosen.json))
    return 0


def verify(chosen: argparse.Namespace) -> int:
    from millrace.jobs import verify as verification

    bring_up_to_date()
    report = verification.verify()
    print(json.dumps(report.as_json(), indent=2, default=str) if chosen.json else "\n".join(report.lines()))
    return report.exit_status


def back_up(chosen: argparse.Namespace) -> int:
    from django.conf import settings

    from millrace.jobs import backup
    from millrace.web import clock

    folder = chosen.folder or Path(settings.BACKUPS)
    print(folder / backup.make(clock.now(), folder))
    return 0


def restore(chosen: argparse.Namespace, opened: database.Database) -> dict[str, int | str]:
    """This will restore into the present, empty home; the caller grants and verifies after it."""
    from millrace.site import restore as restoring

    manifest = restoring.restore(chosen.folder.absolute(), opened)
    print(f"Restored what was there at {manifest['made_at']}, up to seal {manifest['seal']}.")
    return manifest


def must_be_prepared(opened: database.Database) -> None:
    """This will refuse a database that no one migrated yet."""
    with opened.connect("owner") as owner:
        if not owner.execute("SELECT to_regclass('timeline_event')").fetchone()[0]:
            raise homes.HomeRefused(
                f"The database of {opened.home.path} is empty: run “millrace demo”, or “millrace migrate” and “publish”."
            )
