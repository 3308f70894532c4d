"""Releases an instalment against verified matching money — e.g. HK$9m of a planned HK$10m, because HK$18m is verified at 1:2.

In one transaction the matching money is used up and the commitment becomes due. What the ratio did not carry stays committed and
may follow when more is verified.
"""

import uuid
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import delegation, releases
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.ledger import actions as ledger
from millrace.registers.people import prepared
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather, judging, limits, queries, standing
from millrace.stages.deliver.models import Release, Unpaid


def release_instalment(
    case: Case, *, instalment: int, expected_cents: int | None = None, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will release what an instalment may release now: never without its matching money, never twice.

    `expected_cents` is what the person saw; if the sum has changed since, nothing is released and the new sum is shown.
    """
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "release", case, at)
        gather.must_be_in_force(case)
        day = gather.local_day(at)
        found = standing.standing(case, day)
        if found is None:
            raise gather.no_terms()
        terms = found.terms
        planned = next((one for one in found.planned if one.instalment.number == instalment), None)
        if planned is None:
            raise Refusal("no-such-instalment", what=_("The agreement has no such instalment."), field="instalment")
        release = planned.release
        _must_be_releasable(release, expected_cents, terms.unit)
        judging.must_hold(case, judging.judged(case, day))
        limits.must_be_within(by, delegation.RELEASE, release.amount_cents, unit=terms.unit, at=at)
        event = timeline.reserve_id()
        made = Release(
            case=case,
            number=max((one.number for one in found.releases), default=0) + 1,
            instalment=instalment,
            stage_number=planned.stage,
            unit=terms.unit,
            amount_cents=release.amount_cents,
            matching_cents=release.matching_cents,
            drawn=[asdict(drawn) for drawn in release.drawn],
            steps=[step.as_json() for step in release.steps],
            limited_by=release.limited_by,
            released_at=at,
            released_by=by,
            event=event,
        )
        prepared.insert(made)
        prepared.insert(Unpaid(release=made))
        due = gather.parts_of(found.statement, "committed", release.amount_cents, unit=terms.unit)
        drawn = [(one.sponsor, one.kind, one.amount_cents) for one in release.drawn]
        ledger.release_on_match(case, due, drawn, unit=terms.unit, event=event, on=day, at=at)
        facts = {"instalment": instalment, "stage": planned.stage, "amount_cents": release.amount_cents, "unit": terms.unit}
        facts |= {"planned_cents": planned.instalment.planned_cents, "matching_cents": release.matching_cents}
        facts |= {"limited_by": release.limited_by}
        return timeline.record(
            "instalment_released",
            command=command,
            by=by,
            at=at,
            event_id=event,
            case=case,
            happened_on=day,
            facts=facts,
        )


def _must_be_releasable(release: releases.Release, expected_cents: int | None, unit: str) -> None:
    if release.blocks:
        raise Refusal(
            release.blocks[0].replace("_", "-"),
            what=_("Nothing can be released now."),
            why=queries.BLOCK_WORDS[release.blocks[0]],
            next_step=_("The desk shows what each instalment waits for."),
        )
    if expected_cents is not None and expected_cents != release.amount_cents:
        raise Refusal(
            "amount-changed",
            what=_("The amount has changed since the page was shown: it is now %(amount_cents)s."),
            next_step=_("Look at the arithmetic again, then release."),
            values={"amount_cents": release.amount_cents, "unit": unit},
        )
