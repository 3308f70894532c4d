"""Draws an audit sample, records what was found line by line, concludes it and decides what is recovered — e.g. HK$84,000 in 30 lines.

Who ruled or decided a claim does not audit its lines; errors found are disallowed, and what they stand for beyond that is recovered only
by a second person's recorded decision. The recovery itself is another action's, which takes this record up.
"""

import uuid
from dataclasses import asdict
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from millrace.core import claims, sampling
from millrace.core.policy_folder.handling import Found
from millrace.core.refusal import Refusal
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event, Seal
from millrace.stages.deliver import gather, sampled
from millrace.stages.deliver.models import AuditSample, SampledLine

AUDITORS = frozenset({"auditor", "finance"})
DECIDERS = frozenset({"finance", "authority"})


def draw_sample(
    *, scheme: str, first: date, last: date, unit: str, count: int | None = None, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will draw lines of claims decided on days that are over, by the policy's weights and a seed nobody chooses: the last seal's."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        gather.must_hold(by, AUDITORS, at)
        if not first <= last < gather.local_day(at):
            raise Refusal(
                "days-not-over",
                what=_("Choose days that are over, the first before the last."),
                why=_("A sample is drawn of claims whose decisions can no longer become more."),
                field="last",
                status=422,
            )
        held = sampled.measures(scheme, last)
        lines = count or (held[sampled.LINES].number if sampled.LINES in held else 0)
        if lines <= 0:
            raise Refusal("no-sample-size", what=_("Say how many lines to draw."), field="count", status=422)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('deliver.audit_sample'))")
        rows = sampled.lines_decided(scheme, first, last, unit).filter(claim__case__in=sampled.cases_to_draw_from(by, at))
        weights = {name: held[name].number if name in held else sampling.WHOLE_BASIS_POINTS for name in (sampled.FLAGGED, sampled.RELATED)}
        items = sampled.population(rows, flagged=weights[sampled.FLAGGED], related=weights[sampled.RELATED])
        seal = Seal.objects.order_by("-number").first()
        if not items or seal is None:
            raise Refusal(
                "nothing-to-draw",
                what=_("No claim was decided on these days."),
                next_step=_("Choose other days or another scheme."),
                field="first",
            )
        sample = _keep(items, scheme, first, last, unit, lines, held, seal, by=by, at=at, command=command)
        facts = {"sample": sample.number, "line_count": sample.lines.count(), "population_count": sample.population_count}
        facts |= {"population_sha256": sample.population_sha256, "seal": seal.number, "scheme": scheme}
        return timeline.record(
            "audit_sample_drawn", command=command, by=by, at=at, fund="all", happened_on=gather.local_day(at), facts=facts
        )


def _keep(
    items: list[sampling.Item],
    scheme: str,
    first: date,
    last: date,
    unit: str,
    count: int,
    held: dict[str, Found],
    seal: Seal,
    *,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> AuditSample:
    number = AuditSample.objects.count() + 1
    # Nobody chooses the seed: it is the last seal's chained hash and what was asked, and the number of the sample.
    seed = f"{number}/{seal.number}:{bytes(seal.chain).hex()}/{scheme}/{first}/{last}/{unit}/{count}"
    confidence = held[sampled.CONFIDENCE].number if sampled.CONFIDENCE in held else 9_500
    cases = sampled.lines_decided(scheme, first, last, unit).filter(pk__in=[item.key for item in items])
    sample = AuditSample.objects.create(
        number=number,
        scheme=scheme,
        decided_from=first,
        decided_to=last,
        unit=unit,
        seed=seed,
        seal=seal.number,
        line_count=count,
        confidence_basis_points=confidence,
        measures=[one.as_json() for one in held.values()],
        population=sorted([item.key, item.amount_cents, item.weight_basis_points] for item in items),
        population_sha256=sampling.digest(items),
        population_count=len(items),
        population_cents=sum(item.amount_cents for item in items),
        cases=sorted(set(cases.values_list("claim__case_id", flat=True))),
        drawn_at=at,
        drawn_by=by,
        draw_command=command,
    )
    SampledLine.objects.bulk_create(
        SampledLine(sample=sample, line_id=one.item.key, position=place, is_certain=one.is_certain, amount_cents=one.item.amount_cents)
        for place, one in enumerate(sampling.draw(items, count=count, seed=seed), 1)
    )
    return sample


def audit_line(
    row: SampledLine, *, error_cents: int, reason: str = "", note: str = "", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record what an auditor found on one line; until the sample is concluded it may be found again."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(row.line.claim.case)
        if done := timeline.replay(command, case):
            return done
        gather.must_hold(by, AUDITORS, at)
        gather.must(by, "read_money", case, at)
        row = SampledLine.objects.select_for_update(of=("self",)).select_related("sample", "line__claim").get(pk=row.pk)
        if row.sample.concluded_at is not None:
            raise Refusal("sample-concluded", what=_("This sample is concluded."), next_step=_("Draw another sample."))
        if by.pk in (row.line.ruled_by_id, row.line.claim.decided_by_id, row.line.claim.submitted_by_id):
            raise Refusal(
                "same-person",
                what=_("A line is audited by another person than those who ruled on it or decided its claim."),
                next_step=_("Ask a colleague to audit it."),
                status=403,
            )
        if not 0 <= error_cents <= row.amount_cents:
            raise Refusal(
                "error-beyond-allowed", what=_("An error lies between nothing and what was allowed."), field="error_cents", status=422
            )
        if error_cents and reason not in claims.REASONS:
            raise Refusal(
                "reason-needed", what=_("Say why."), why=_("What is found in error needs its reason."), field="reason", status=422
            )
        row.error_cents, row.reason, row.note = error_cents, reason if error_cents else "", note
        row.audited_at, row.audited_by = at, by
        row.save()
        facts = {"sample": row.sample.number, "claim": row.line.claim.number, "line": row.line.number, "error_cents": error_cents}
        facts |= {"amount_cents": row.amount_cents, "reason": row.reason, "unit": row.sample.unit}
        return timeline.record("line_audited", command=command, by=by, at=at, case=case, happened_on=gather.local_day(at), facts=facts)


def conclude_sample(sample: AuditSample, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will extrapolate the errors found once every line has a finding; the errors themselves are disallowed from here on."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        gather.must_hold(by, AUDITORS, at)
        sample = AuditSample.objects.select_for_update().get(pk=sample.pk)
        if sample.concluded_at is not None:
            raise Refusal("sample-concluded", what=_("This sample is concluded."))
        errors = dict(sample.lines.values_list("line_id", "error_cents"))
        if waiting := sum(error is None for error in errors.values()):
            raise Refusal(
                "lines-not-audited",
                what=_("%(count)s lines have no finding yet."),
                next_step=_("Record what was found on every line, also where nothing was."),
                values={"count": waiting},
            )
        if not sampled.proof(sample).holds:
            raise Refusal(
                "draw-not-proved", what=_("The draw made again is not the one that was kept."), next_step=_("Draw another sample.")
            )
        found = sampling.extrapolate(
            sampled.draw_of(sample),
            errors,
            population_cents=sample.population_cents,
            confidence_basis_points=sample.confidence_basis_points,
        )
        sample.result, sample.concluded_at, sample.concluded_by, sample.conclude_command = asdict(found), at, by, command
        sample.save()
        facts = {"sample": sample.number, "found_cents": found.found_cents, "estimate_cents": found.estimate_cents}
        facts |= {"lower_cents": found.lower_cents, "upper_cents": found.upper_cents, "unit": sample.unit}
        return timeline.record(
            "audit_sample_concluded", command=command, by=by, at=at, fund="all", happened_on=gather.local_day(at), facts=facts
        )


def decide_recovery(sample: AuditSample, *, recover_cents: int, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record how much of the grant behind what was extrapolated beyond the errors found is to be recovered: nothing, all or part
    of it."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        gather.must_hold(by, DECIDERS, at)
        sample = AuditSample.objects.select_for_update().get(pk=sample.pk)
        if sample.concluded_at is None or sample.decided_at is not None:
            raise Refusal("nothing-to-decide", what=_("Only a concluded sample that is not yet decided can be decided."))
        if by.pk == sample.concluded_by_id:
            raise Refusal(
                "same-person",
                what=_("Recovery is decided by another person than the one who concluded the sample."),
                next_step=_("Ask a colleague to decide it."),
                status=403,
            )
        most = sampled.grant_beyond(sample)
        if not 0 <= recover_cents <= most:
            raise Refusal(
                "more-than-extrapolated",
                what=_("Beyond the errors found, at most %(most_cents)s of grant was extrapolated."),
                why=_("Errors are found in cost; what is recovered is the grant that this cost had earned."),
                next_step=_("Decide on nothing, or on at most that much."),
                field="recover_cents",
                status=422,
                values={"most_cents": most, "unit": sample.unit},
            )
        if not reason.strip():
            raise Refusal(
                "reason-needed",
                what=_("Say why."),
                why=_("A decision on what was not found line by line needs its reason."),
                field="reason",
            )
        sample.recover_cents, sample.decision_reason = recover_cents, reason.strip()
        sample.decided_at, sample.decided_by, sample.decide_command = at, by, command
        sample.save()
        facts = {"sample": sample.number, "recover_cents": recover_cents, "unit": sample.unit}
        return timeline.record(
            "audit_recovery_decided", command=command, by=by, at=at, fund="all", happened_on=gather.local_day(at), facts=facts
        )
