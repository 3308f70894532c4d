"""Holds audit samples to a draw that can be made again, other people's eyes and a recorded decision — e.g. 4 of 12 lines, one in error."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.timeline import sealer
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import sampled
from millrace.stages.deliver.models import AuditSample, Claim, ClaimLine, SampledLine

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DAY = date(2026, 1, 5)


def refused(code: str) -> Any:
    return pytest.raises(Refusal, match=f"^{code}:")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def decided(held: Any, *amounts: int) -> Claim:
    """This will claim amounts and have them allowed in full and decided."""
    claim = deliver.open_claim(held.case, by=held.member, at=held.at)
    supplier = f"Supplier of {held.case.pk}"
    entries = [
        deliver.LineEntry("machinery", f"Item {n}", cents, supplier, f"T-{held.case.pk}-{n}", DAY, DAY) for n, cents in enumerate(amounts)
    ]
    deliver.save_claim(claim, lines=entries, by=held.member, at=held.at)
    for line in claim.lines.order_by("number"):
        for kind in ("receipt", "payment_proof"):
            file = deliver.File(f"{kind}.pdf", PDF.replace(b"Catalog", b"Catalog/N(" + f"{kind}{line.pk}".encode() + b")"))
            line = deliver.attach_proof(line, proof=kind, file=file, by=held.member, at=held.at)
    held.act(deliver.submit_claim, claim, by=held.member)
    for line in claim.lines.order_by("number"):
        held.act(deliver.rule_line, line, allowed_cents=line.claimed_cents, by=held.officer)
    held.act(deliver.decide_claim, claim, by=held.finance)
    return claim


@pytest.fixture
def told(agree: Any, make: Any, hong_kong: Any) -> Any:
    """Two cases with decided claims, and an auditor a day later."""
    one, other = agree.nifs(), agree.nifs()
    decided(one, 300_000_01, 120_000_02, 150_000_03, 400_00, 77_777_77, 9_999_99)
    decided(other, 500_000_01, 60_000_02, 70_000_03, 80_000_04, 90_000_05, 1_00)
    one.at = max(one.at, other.at) + timedelta(days=1)
    sealer.seal(one.at)
    one.other, one.auditor = other, make.person(powers=("auditor",))
    return one


def draw(held: Any, count: int = 4, **changes: Any) -> AuditSample:
    day = held.at.date() - timedelta(days=1)
    asked = {"scheme": "nifs", "first": day, "last": day, "unit": "HKD", "count": count, "by": held.auditor, "at": held.at}
    deliver.draw_sample(**{**asked, "command": uuid.uuid4(), **changes})
    return AuditSample.objects.latest("number")


def test_a_sample_is_drawn_of_what_was_allowed_and_made_again(told: Any) -> None:
    click = uuid.uuid4()
    sample = draw(told, command=click)
    assert draw(told, command=click) == sample and AuditSample.objects.count() == 1
    assert (sample.population_count, sample.lines.count()) == (12, 4)
    assert sample.population_cents == sum(ClaimLine.objects.values_list("allowed_cents", flat=True))
    assert sorted(sample.cases) == sorted([told.case.pk, told.other.case.pk])
    assert {one["measure"] for one in sample.measures} == set(sampled.MEASURES)
    assert sampled.proof(sample).holds
    # Another draw is another number, and so another seed: nobody draws again until it suits.
    assert draw(told).seed != sample.seed


def test_a_population_or_a_draw_that_was_touched_is_seen(told: Any) -> None:
    sample = draw(told)
    kept = list(sample.population)
    sample.population = [[key, cents, 10_000 if number else 90_000] for number, (key, cents, _weight) in enumerate(kept)]
    assert not sampled.proof(sample).is_population_whole
    sample.population = kept
    ClaimLine.objects.filter(pk=kept[0][0]).update(claimed_cents=1, allowed_cents=1, refused_cents=0)
    assert not sampled.proof(sample).are_lines_those_of_claims
    sample.seed = "chosen"
    assert not sampled.proof(sample).is_draw_the_same


def test_errors_are_extrapolated_and_recovered_only_by_a_second_persons_decision(told: Any) -> None:
    sample = draw(told)
    rows = list(sample.lines.order_by("position"))
    with refused("lines-not-audited"):
        told.act(deliver.conclude_sample, sample, by=told.auditor)
    with refused("same-person"):
        told.act(deliver.audit_line, rows[0], error_cents=0, by=told.finance)
    with refused("not-found"):
        told.act(deliver.audit_line, rows[0], error_cents=0, by=told.officer)
    last = next(row for row in rows if not row.is_certain)
    with refused("error-beyond-allowed"):
        told.act(deliver.audit_line, last, error_cents=last.amount_cents + 1, reason="arithmetic", by=told.auditor)
    with refused("reason-needed"):
        told.act(deliver.audit_line, last, error_cents=1, by=told.auditor)
    wrong = last.amount_cents // 2
    for row in rows:
        is_wrong = row.pk == last.pk
        found = {"error_cents": wrong, "reason": "arithmetic", "note": "Half was returned."} if is_wrong else {"error_cents": 0}
        told.act(deliver.audit_line, row, **found, by=told.auditor)
    told.act(deliver.conclude_sample, sample, by=told.auditor)
    sample.refresh_from_db()
    result = sampled.told(sample.result)
    assert result is not None
    chance = next(one.probability for one in sampled.draw_of(sample) if one.item.key == last.line_id)
    assert (result.found_cents, result.estimate_cents) == (wrong, round(wrong / chance))
    assert result.lower_cents <= result.estimate_cents <= result.upper_cents <= sample.population_cents
    case = last.line.claim.case
    assert sampled.cost_in_error(sample, case) == wrong
    # One cent of grant in three of cost, rounded down over all that was allowed.
    (grant,) = sampled.grant_in_error(sample).values()
    assert abs(3 * grant - wrong) < 3
    beyond = sampled.grant_beyond(sample)
    assert abs(3 * beyond - (result.estimate_cents - wrong)) < 3 / chance + 6
    decider = told.make_decider = told.finance
    with refused("more-than-extrapolated"):
        told.act(deliver.decide_recovery, sample, recover_cents=beyond + 1, reason="All of it.", by=decider)
    with refused("reason-needed"):
        told.act(deliver.decide_recovery, sample, recover_cents=0, reason=" ", by=decider)
    with refused("not-found"):
        told.act(deliver.decide_recovery, sample, recover_cents=0, reason="No.", by=told.auditor)
    told.act(deliver.decide_recovery, sample, recover_cents=beyond // 2, reason="The half that is certain enough.", by=decider)
    sample.refresh_from_db()
    assert (sample.recover_cents, sample.decided_by) == (beyond // 2, decider)
    with refused("nothing-to-decide"):
        told.act(deliver.decide_recovery, sample, recover_cents=0, reason="Again.", by=decider)
    with refused("sample-concluded"):
        told.act(deliver.audit_line, rows[0], error_cents=0, by=told.auditor)


def test_a_conflicted_auditor_sees_neither_line_nor_sample_and_draws_from_the_rest(told: Any, make: Any) -> None:
    sample = draw(told, count=12)
    conflicted = make.person(powers=("auditor",))
    told.case.standings.create(person=conflicted, relation="conflicted", starts_at=told.at, granted_by=conflicted)
    assert sampled.visible_samples(told.auditor, told.at) == [sample]
    assert sampled.visible_samples(conflicted, told.at) == []
    with refused("not-found"):
        told.act(deliver.audit_line, sample.lines.filter(line__claim__case=told.case).first(), error_cents=0, by=conflicted)
    own = draw(told, by=conflicted)
    assert own.cases == [told.other.case.pk] and own.population_count == 6
    assert sampled.proof(own).holds and set(sampled.visible_samples(told.auditor, told.at)) == {sample, own}


def test_a_sample_is_drawn_of_days_that_are_over_and_have_claims(told: Any) -> None:
    today = told.at.date()
    for first, last, code in ((today, today, "days-not-over"), (today - timedelta(days=9), today - timedelta(days=8), "nothing-to-draw")):
        with refused(code):
            draw(told, first=first, last=last)
    with refused("not-found"):
        draw(told, by=told.officer)
    assert not SampledLine.objects.exists()
