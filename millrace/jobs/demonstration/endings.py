"""How an award is delivered and ended: milestones, matching money, claims, releases, and the final account.

For example: the line runs after 14 months, HK$12m of own payments are verified, HK$5.8m is claimed, released, paid; the case closes.
"""

from collections.abc import Mapping
from datetime import timedelta

from millrace.core.terms import Stage, Terms
from millrace.jobs.demonstration import agreements, bank, judging, owing
from millrace.jobs.demonstration.beginnings import paper
from millrace.jobs.demonstration.cast import Cast, Side, open_account
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Organisation
from millrace.registers.policy import queries as policy
from millrace.stages.assess import actions as assess
from millrace.stages.assess.actions.recommendations import Advice, Held
from millrace.stages.award import actions as award
from millrace.stages.award import queries as terms
from millrace.stages.close import actions as close
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import queries, register
from millrace.stages.deliver.measured import MILESTONE, Ground
from millrace.stages.deliver.models import Claim, ClaimLine, Evidence, Payment, PaymentRun


def reached(cast: Cast, case: Case, side: Side, milestone: int, tale: Tale) -> Telling:
    """This will report a milestone, have the officer accept it and record what it shows to be achieved, in invented numbers."""
    file = deliver.File(f"milestone-{milestone}.pdf", paper(f"{case.reference} milestone {milestone}"))
    tale.act(deliver.report_milestone, case, milestone=milestone, file=file, by=side.writer)
    yield tale.pause(3, 10)
    tale.act(deliver.verify_evidence, Evidence.objects.filter(case=case).latest("number"), by=cast.one("officer", tale))
    shown = [one.id for one in policy.case_measures() if case.scheme in one.schemes]
    for place, measure in enumerate(shown):
        achieved = {"measure": measure, "number": milestone + 9 * place, "from_on": tale.today, "rests_on": Ground(MILESTONE, milestone)}
        tale.act(deliver.record_measure, case, **achieved, by=cast.one("officer", tale))


def matched(cast: Cast, case: Case, side: Side, cents: int, tale: Tale, *, sponsor: Organisation | None = None) -> Telling:
    """This will record matching money, with its proof, and have it verified."""
    number = Evidence.objects.filter(case=case).count() + 1
    tale.act(
        deliver.record_matching,
        case,
        sponsor=sponsor or side.organisation,
        form="cash",
        amount_cents=cents,
        paid_on=tale.today - timedelta(days=5),
        payee="Demonstration Machines Ltd (invented)",
        invoice=f"{case.reference}-{number}",
        file=deliver.File(f"payment-{number}.pdf", paper(f"{case.reference} payment {number}")),
        by=side.writer,
    )
    yield tale.pause(3, 9)
    tale.act(deliver.verify_evidence, Evidence.objects.filter(case=case).latest("number"), by=cast.one("officer", tale))


def claimed(cast: Cast, case: Case, side: Side, tale: Tale, *, stop_open: bool = False, heads: Mapping[str, int] | None = None) -> Telling:
    """This will claim the plan's spending (or what `heads` names) head by head, with proofs, and have it ruled and decided."""
    agreed = terms.terms_of(case, tale.today)
    assert agreed is not None
    claim = deliver.open_claim(case, by=side.writer, at=tale.at)
    spent = max(agreed.starts_on, tale.today - timedelta(days=20))
    entries = [
        deliver.LineEntry(
            code,
            f"Invoice {position} (invented)",
            cents,
            "Demonstration Machines Ltd (invented)",
            f"{case.reference}-C{position}",
            spent,
            spent,
        )
        for position, (code, cents) in enumerate((heads or {head.code: head.approved_cents for head in agreed.heads}).items(), 1)
    ]
    deliver.save_claim(claim, lines=entries, by=side.writer, at=tale.at)
    for line in claim.lines.order_by("number"):
        proved(case, line, side, tale)
    tale.soon()
    tale.act(deliver.submit_claim, claim, by=side.writer)
    if stop_open:
        return
    yield tale.pause(5, 15)
    ruled(cast, claim, tale)
    yield tale.pause(1, 5)
    tale.act(deliver.decide_claim, claim, by=cast.one("finance", tale))


def proved(case: Case, line: ClaimLine, side: Side, tale: Tale) -> None:
    """This will bring both proofs of a line."""
    for proof in ("receipt", "payment_proof"):
        file = deliver.File(f"{proof}-{line.number}.pdf", paper(f"{case.reference} {proof} {line.pk}"))
        line = deliver.attach_proof(line, proof=proof, file=file, by=side.writer, at=tale.at)


def ruled(cast: Cast, claim: Claim, tale: Tale) -> None:
    """This will rule a claim line by line; one claim in three loses part of its last line."""
    lines = list(claim.lines.order_by("number"))
    for line in lines:
        is_reduced = line is lines[-1] and tale.number % 3 == 0
        allowed = line.claimed_cents // 2 if is_reduced else line.claimed_cents
        tale.soon()
        reason = "ineligible_item" if is_reduced else ""
        tale.act(deliver.rule_line, line, allowed_cents=allowed, reason=reason, by=cast.one("officer", tale))


def nifs(cast: Cast, case: Case, side: Side, cost_cents: int, tale: Tale) -> Telling:
    """This will deliver a production line as far as its tale goes: it is paid once, on completion."""
    yield tale.pause(2, 9)
    open_account(cast, side, tale)
    if tale.ending == "in_force":
        yield from agreements.lived(cast, case, side, tale)
        return
    if tale.ending == "terminated":
        yield tale.pause(120, 260)
        tale.act(close.terminate_case, case, reason="no_progress", by=cast.staff["authority"][0])
        return
    yield tale.pause(150, 260)
    case.refresh_from_db()
    yield from matched(cast, case, side, cost_cents - case.approved_cents, tale)
    yield tale.pause(10, 60)
    yield from reached(cast, case, side, 1, tale)
    if tale.ending == "reported":
        return
    yield tale.pause(5, 20)
    yield from claimed(cast, case, side, tale, stop_open=tale.ending == "claimed")
    if tale.ending == "claimed":
        return
    yield tale.pause(3, 9)
    tale.act(deliver.release_instalment, case, instalment=1, by=cast.one("finance", tale))
    if tale.ending in ("released", "paid"):
        return
    yield from closed(cast, case, side, tale)


def closed(cast: Cast, case: Case, side: Side, tale: Tale) -> Telling:
    """This will close the case once the week's payment run has settled; one is reopened by decision."""
    yield tale.pause(24, 40)
    case.refresh_from_db()
    for wanted in register.missing(case):
        told = {"item": wanted.line.item, "serial_number": f"SN-{wanted.line.pk}", "place": "Yuen Long (invented)"}
        told["custodian"] = "Works manager (invented)"
        tale.act(deliver.register_equipment, wanted.line, **told, cost_cents=wanted.left_cents, by=side.writer)
    tale.act(close.close_case, case, by=cast.one("officer", tale))
    if tale.ending == "reopened":
        yield tale.pause(20, 40)
        tale.act(close.reopen_case, case, reason="late_evidence", by=cast.staff["authority"][0])


def raise_plus(cast: Cast, case: Case, side: Side, sponsor: Side, tale: Tale) -> Telling:
    """This will deliver a RAISe+ project as far as its tale goes, stage by stage."""
    yield tale.pause(3, 9)
    open_account(cast, side, tale)
    if tale.ending == "stage_one":
        return
    agreed = terms.terms_of(case, tale.today)
    assert agreed is not None
    finance, first = cast.one("finance", tale), agreed.stages[0]
    need = first.grant_cents * first.ratio.matching // first.ratio.grant
    yield tale.pause(10, 30)
    yield from matched(cast, case, side, need, tale, sponsor=sponsor.organisation)
    yield tale.pause(2, 8)
    tale.act(deliver.release_instalment, case, instalment=agreed.instalments[0].number, by=finance)
    if tale.ending in ("first_release", "direct"):
        return
    if tale.ending == "terminated":
        yield tale.pause(90, 180)
        tale.act(close.terminate_case, case, reason="mutual", by=cast.staff["authority"][1])
        return
    second = agreed.instalments[1]
    yield tale.pause(120, 200)
    yield from reached(cast, case, side, second.milestones[0], tale)
    yield tale.pause(2, 8)
    tale.act(deliver.release_instalment, case, instalment=second.number, by=finance)
    yield from owing.kept_back(cast, case, tale)
    yield tale.pause(15, 30)
    yield from claimed(cast, case, side, tale, heads=_spent_in(agreed, first))
    yield from _second_stage(cast, case, tale)
    if tale.number % 2 == 0:
        yield tale.pause(10, 20)
        tale.act(deliver.settle_stage, case, stage=1, by=finance)


def _spent_in(agreed: Terms, stage: Stage) -> dict[str, int]:
    """Seven tenths of what a stage costs, under the heads in their order: less than was paid for it, so that the stage leaves something."""
    left, found = stage.grant_cents * (stage.ratio.grant + stage.ratio.matching) // stage.ratio.grant * 7 // 10, {}
    for head in agreed.heads:
        found[head.code] = min(left, head.approved_cents)
        left -= found[head.code]
    return {code: cents for code, cents in found.items() if cents}


def _second_stage(cast: Cast, case: Case, tale: Tale) -> Telling:
    """The committee advises again, declared anew, and the authority opens stage two."""
    officer = cast.staff["officer"][(tale.number + 1) % len(cast.staff["officer"])]
    yield tale.pause(60, 120)
    held = Held(tale.today, judging.members(cast, tale))
    advice = Advice("recommended", purpose="stage_two", stage_number=2, reasons="Stage one reached its aim (invented).")
    tale.act(assess.record_recommendation, case, held=held, advice=advice, by=officer)
    yield tale.pause(5, 12)
    tale.act(award.open_stage, case, number=2, by=cast.staff["authority"][1])


def payment_runs(cast: Cast, tale: Tale) -> Telling:
    """This will pay what is due, every Wednesday: ordered, checked by another person, and settled two days later by the bank's file.

    Of every seventh run the bank refuses one payment, and of another it gives one back; both are due again and paid the week after.
    """
    runs = 0
    while True:
        yield tale.on(tale.today + timedelta(days=1 + (1 - tale.today.weekday()) % 7))
        waiting = list(queries.unpaid_releases())
        if not waiting:
            continue
        run = tale.act(deliver.order_payment_run, waiting, by=cast.staff["finance_maker"][0])
        yield tale.pause(1, 1)
        tale.act(deliver.check_payment_run, run, by=cast.staff["finance_checker"][0])
        yield tale.pause(1, 2)
        runs += 1
        tale.act(deliver.read_status_file, run, content=bank.answer(run, runs, tale.at), by=cast.staff["finance"][0])
        if runs % 7 == 3:
            tale.soon()
            _came_back(cast, run, tale)


def _came_back(cast: Cast, run: PaymentRun, tale: Tale) -> None:
    """The bank gives one payment of a run back that it had made; it is paid again the week after."""
    payment = Payment.objects.filter(run=run, state=Payment.State.SETTLED, case__scheme="nifs").order_by("pk").first()
    if payment is not None:
        told = {"reason": "MS03", "returned_on": tale.today, "bank_reference": f"BK{payment.pk:05d}"}
        tale.act(deliver.record_returned_payment, payment, **told, by=cast.staff["finance"][0])
