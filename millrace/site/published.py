"""The words of `millrace policy` that ask the database — e.g. `millrace policy compare DRAFT`, over every past case.

What is committed is sealed first, so that an answer covers all that was acknowledged.
"""

import argparse
from typing import Any

from millrace.core.policy_folder import read
from millrace.core.toml_text import Unreadable
from millrace.site import folders


def publish(chosen: argparse.Namespace) -> int:
    from millrace.stages.plan import commands

    return commands.publish(chosen.folder, as_json=chosen.json)


def diff(chosen: argparse.Namespace) -> int:
    from millrace.registers.policy import queries as policy
    from millrace.web import clock

    later = _read(chosen)
    if isinstance(later, int):
        return later
    earlier = {scheme.slug: scheme for scheme in policy.published_schemes(clock.now())}
    folders.tell_differences(earlier, later, as_json=chosen.json)
    return 0


def _read(chosen: argparse.Namespace) -> read.Policy | int:
    try:
        return read.policy(folders.files_of(chosen.folder))
    except folders.NotAFolder as wrong:
        return folders.refused(str(wrong))
    except Unreadable as found:
        return folders.unreadable(chosen.folder, found, as_json=chosen.json)


def compare(chosen: argparse.Namespace) -> int:
    """This will read every past case of each scheme in a draft again by the draft's last version, beside what was said of it then."""
    from millrace.registers.policy import queries as policy
    from millrace.registers.timeline import sealer
    from millrace.stages.plan import comparing, past
    from millrace.web import clock

    draft = _read(chosen)
    if isinstance(draft, int):
        return draft
    sealer.seal(clock.now())
    brought = past.up_to_date()
    told: dict[str, Any] = {"past_cases": comparing.copy_data(brought), "schemes": {}}
    lines = [comparing.copy_line(brought)]
    for held in policy.published_schemes(clock.now()):
        later = draft.schemes.get(held.slug)
        if later is None or (chosen.scheme and held.slug != chosen.scheme):
            continue
        found = comparing.over_past_cases(held.slug, later.versions[-1])
        told["schemes"][held.slug] = comparing.as_data(found.summary)
        lines.append(f"{held.slug}: past cases as judged, and by the draft's {later.versions[-1].id}")
        lines += comparing.lines(found.summary, later.versions[-1])
    if not told["schemes"]:
        lines = ["No published scheme is in the folder."]
    folders.say(told, lines, as_json=chosen.json)
    return 0


def replay(chosen: argparse.Namespace) -> int:
    from millrace.core.findings import Report
    from millrace.registers.cases import replay as replaying

    report = Report([replaying.verify()])
    folders.say(report.as_json(), list(report.lines()), as_json=chosen.json)
    return report.exit_status


def forecast(chosen: argparse.Namespace) -> int:
    """This will forecast a scheme's commitments and cash by year, under the published rules or a folder's draft of them."""
    from millrace.registers.policy import queries as policy
    from millrace.site import answers
    from millrace.stages.learn import forecasting, foretold, queries
    from millrace.web import clock

    draft = None
    if chosen.policy is not None:
        whole = folders.read_folder(chosen, chosen.policy)
        if isinstance(whole, int):
            return whole
        if chosen.scheme not in whole.schemes:
            return folders.refused(f"{chosen.policy} has no scheme {chosen.scheme!r}: it has {', '.join(sorted(whole.schemes))}")
        draft = whole.schemes[chosen.scheme].versions[-1]
    today = policy.funder().day_of(clock.now())
    on = chosen.on or today
    slugs = sorted(scheme.slug for scheme in policy.published_schemes(clock.now()))
    if chosen.scheme not in slugs:
        return folders.refused(f"there is no scheme {chosen.scheme!r}: there are {', '.join(slugs)}")
    if on > today:
        return folders.refused(f"a forecast is made as of a day that has come, and {on} has not")
    answers.bring_up_to_date()
    seal = queries.seal_as_known(chosen.as_known) if chosen.as_known else queries.last_seal()
    found = forecasting.of_scheme(chosen.scheme, on=on, seal=seal, draft=draft)
    folders.say(foretold.as_data(found), list(foretold.lines(found)), as_json=chosen.json)
    return 0
