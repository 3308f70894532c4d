"""Proves that value cannot be made, lost or taken twice — e.g. thirty-two approvals racing for the last HK$1m of an envelope."""

import threading
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.core import ledger as core
from millrace.core.ledger import Account, Envelope, Move
from millrace.core.ledger_test import good_moves
from millrace.core.refusal import Refusal
from millrace.registers.ledger import actions, books, models, queries
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
YEAR = "2025-26"


class Books:
    """An envelope of HK$1,000.00 with its year's cash, and one case."""

    def __init__(self, make: Any) -> None:
        self.make, self.by, self.case = make, make.person(), make.case()
        with transaction.atomic():
            self.envelope = actions.envelope("itf", "nifs", "HKD")
            when = self.when()
            actions.appropriate(self.envelope, 100_000, **when)
            actions.provide_cash(self.envelope, YEAR, 60_000, **when)

    def when(self, on: date = DAY) -> actions.When:
        """This will write an event for the entry to come and give what the entry carries."""
        command = uuid.uuid4()
        event = timeline.record("scheme_version_published", command=command, by=self.by, at=NOON, fund="itf", happened_on=on)
        return {"event": event.pk, "on": on, "at": NOON}

    def do(self, action: Any, amount: int, *, on: date = DAY, **more: Any) -> Any:
        with transaction.atomic():
            return action(self.case, amount, envelope=self.envelope, **more, **self.when(on))


@pytest.fixture
def kept(make: Any) -> Books:
    return Books(make)


def in_balance() -> bool:
    """This will compare every balance row with the pure core's sum of the postings."""
    postings = models.Posting.objects.values_list("source_id", "target_id", "amount")
    recomputed = core.recompute(Move(*row) for row in postings)
    stored = dict(models.Balance.objects.values_list("account_id", "balance"))
    return {pk: held for pk, held in stored.items() if held} == {pk: held for pk, held in recomputed.items() if held}


def test_one_award_from_reservation_to_return(kept: Books) -> None:
    kept.do(actions.reserve, 30_000)
    kept.do(actions.commit, 30_000)
    kept.do(actions.mark_due, 20_000)
    kept.do(actions.pay, 20_000, financial_year=YEAR)
    kept.do(actions.return_unspent, 1_500)
    kept.do(actions.release_commitment, 10_000)
    (line,) = queries.statement(kept.case).envelopes
    assert (line.reserved, line.committed, line.due, line.paid, line.returned) == (0, 0, 0, 18_500, 1_500)
    state = queries.envelope_state(kept.envelope)
    assert (state.available, state.paid, state.cash[YEAR]) == (81_500, 18_500, queries.CashState(40_000, 20_000, 0))
    kept.do(actions.take_back_return, 1_000)
    (line,), state = queries.statement(kept.case).envelopes, queries.envelope_state(kept.envelope)
    assert (line.paid, line.returned) == (19_500, 500) and (state.available, state.paid, state.returned) == (80_500, 19_500, 500)
    assert in_balance()


def test_hours_need_no_code_of_their_own(kept: Books) -> None:
    with transaction.atomic():
        kept.envelope = actions.envelope("aiss", "aiss", "GPU-hour")
        actions.appropriate(kept.envelope, 5_000, **kept.when())
        actions.provide_cash(kept.envelope, YEAR, 5_000, **kept.when())
    for action in (actions.reserve, actions.commit, actions.mark_due):
        kept.do(action, 1_200)
    kept.do(actions.pay, 1_200, financial_year=YEAR)
    assert queries.statement(kept.case).total("paid", "GPU-hour") == 1_200


def test_what_a_payee_owes_is_received_set_off_or_written_off_and_no_more(kept: Books) -> None:
    def do(action: Any, amount: int) -> None:
        with transaction.atomic():
            action(kept.case, amount, unit="HKD", **kept.when())

    do(actions.raise_receivable, 9_000)
    do(actions.receive, 3_000)
    do(actions.set_off, 2_000)
    do(actions.write_off, 1_500)
    do(actions.cancel_receivable, 500)
    assert queries.statement(kept.case).recoveries == (queries.RecoveryLine("HKD", 2_000, 3_000, 2_000, 1_500),)
    with pytest.raises(Refusal) as refused:
        do(actions.receive, 2_001)
    assert (refused.value.code, refused.value.values["available_cents"]) == ("more-than-owed", 2_000)
    assert queries.statement(kept.case, on=date(2026, 3, 1)).owed("receivable", "HKD") == 0
    do(actions.take_back_receipt, 1_000)
    do(actions.hold, 700)
    do(actions.give_up_held, 300)
    with pytest.raises(Refusal, match="balance-overdrawn"):
        do(actions.give_up_held, 401)
    assert queries.statement(kept.case).recoveries == (queries.RecoveryLine("HKD", 3_000, 2_000, 2_000, 1_500, held=400),)
    posted = queries.posted_by(models.Posting.objects.values_list("event_id", flat=True))
    assert posted["debtor", "receivable"] == 9_000 and posted["receivable", "written_off"] == 1_500
    assert in_balance()


def test_an_overdraft_is_refused_with_the_figures(kept: Books) -> None:
    with pytest.raises(Refusal) as refused:
        kept.do(actions.reserve, 100_001)
    assert refused.value.code == "envelope-overdrawn"
    assert (refused.value.values["available_cents"], refused.value.values["asked_cents"]) == (100_000, 100_001)
    assert refused.value.what % refused.value.values == "100001 was asked of this envelope; 100000 is available."
    assert queries.available(kept.envelope) == 100_000


def test_the_commitment_and_the_cash_are_two_gates(kept: Books) -> None:
    for action in (actions.reserve, actions.commit, actions.mark_due):
        kept.do(action, 70_000)
    with pytest.raises(Refusal) as refused:
        kept.do(actions.pay, 70_000, financial_year=YEAR)
    assert refused.value.code == "cash-provision-overdrawn"
    with pytest.raises(Refusal) as refused:
        kept.do(actions.pay, 1, financial_year="2026-27")
    assert refused.value.code == "no-envelope"
    with transaction.atomic():
        actions.lapse_cash(kept.envelope, YEAR, **kept.when())
    assert queries.envelope_state(kept.envelope).cash[YEAR] == queries.CashState(0, 0, 60_000)
    assert queries.statement(kept.case).total("due", "HKD") == 70_000


def test_matching_money_is_verified_before_it_is_consumed_and_only_once(kept: Books) -> None:
    sponsor = kept.make.organisation()

    def match(action: Any, amount: int, form: str = "cash") -> None:
        with transaction.atomic():
            action(kept.case, sponsor, form, amount, unit="HKD", **kept.when())

    match(actions.pledge_match, 900)
    match(actions.pledge_match, 100, "in_kind")
    match(actions.evidence_match, 800)
    match(actions.verify_match, 600)
    match(actions.reject_evidence, 200)
    match(actions.consume_match, 500)
    with pytest.raises(Refusal) as refused:
        match(actions.consume_match, 101)
    assert refused.value.code == "matching-not-verified"
    cash, in_kind = sorted(queries.statement(kept.case).matching, key=lambda line: line.form)
    assert (cash.pledged, cash.evidenced, cash.verified, cash.consumed) == (300, 0, 100, 500)
    assert in_kind.pledged == 100
    assert queries.statement(kept.case).matched("verified", unit="HKD") == 100


def test_a_closed_month_takes_nothing_more_and_is_corrected_in_an_open_one(kept: Books) -> None:
    (posting,) = kept.do(actions.reserve, 500, on=date(2026, 2, 10))
    with transaction.atomic():
        actions.close_month(date(2026, 2, 20), event=kept.when()["event"], at=NOON)
    with pytest.raises(Refusal) as refused:
        kept.do(actions.reserve, 1, on=date(2026, 2, 28))
    assert (refused.value.code, refused.value.values) == ("month-closed", {"month": "2026-02"})
    with transaction.atomic():
        (mirror,) = actions.correct([posting], **kept.when())
    assert models.Posting.objects.get(pk=mirror).corrects_id == posting
    assert queries.available(kept.envelope) == 100_000
    assert queries.closed_months() == [date(2026, 2, 1)]


def test_any_day_as_known_at_any_seal(kept: Books) -> None:
    kept.do(actions.reserve, 400, on=date(2026, 1, 10))
    first = sealer.seal(NOON)
    kept.do(actions.commit, 300, on=date(2026, 1, 20))
    second = sealer.seal(NOON)
    assert first and second
    reserved = kept.envelope.account("reserved", case=kept.case.pk)
    seen = [queries.balance_as_at(reserved, date(2026, 1, day), seal.number) for day in (9, 15, 25) for seal in (first, second)]
    assert seen == [0, 0, 400, 400, 400, 100]
    (line,) = queries.statement(kept.case, on=date(2026, 1, 25), seal=first.number).envelopes
    assert (line.reserved, line.committed) == (400, 0)
    balances = queries.trial_balance(on=date(2026, 1, 25), seal=second.number)
    assert core.trial_balance(balances) == {"HKD": 0}


def test_thirty_two_writers_never_overdraw_one_envelope(kept: Books) -> None:
    cases = [kept.make.case() for _ in range(32)]
    events = [kept.when() for _ in cases]
    won: list[int] = []
    refused: list[Refusal] = []
    errors: list[BaseException] = []
    start = threading.Barrier(len(cases))

    def take(case: Any, when: actions.When) -> None:
        try:
            start.wait()
            for amount in (3_000, 1_700, 900):
                try:
                    with transaction.atomic():
                        actions.reserve(case, amount, envelope=kept.envelope, **when)
                    won.append(amount)
                except Refusal as refusal:
                    refused.append(refusal)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=pair) for pair in zip(cases, events, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert refused, "the envelope was large enough for all: the race proves nothing"
    assert queries.available(kept.envelope) == 100_000 - sum(won) >= 0
    assert in_balance()


ATTACKS = (
    "UPDATE ledger_balance SET balance = balance + 1",
    "DELETE FROM ledger_balance",
    "UPDATE ledger_posting SET amount = amount + 1",
    "DELETE FROM ledger_posting",
    "TRUNCATE ledger_posting CASCADE",
    "INSERT INTO ledger_posting (source_id, target_id, amount, event_id, happened_on, recorded_at) VALUES (1, 2, 5, 1, now(), now())",
    "UPDATE ledger_account SET may_be_negative = true",
    "DELETE FROM ledger_closedmonth",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_raw_sql_cannot_move_value(kept: Books, attack: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(attack)


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if "ledger_posting" in attack and "INSERT" not in attack])
def test_not_even_the_owner_rewrites_a_posting(kept: Books, owner_connection: Any, attack: str) -> None:
    with pytest.raises(Exception, match="append-only"):
        owner_connection.execute(attack)


def test_the_reader_may_not_post(kept: Books, db_clone: Any) -> None:
    with db_clone.connect("reader") as reader, pytest.raises(Exception, match=r"may not write the ledger|permission denied"):
        reader.execute("SELECT ledger_post(1, now()::date, now(), '{1}', '{2}', '{5}', '{null}')")


WRONG_CALLS = (
    "SELECT ledger_post(%s, '2026-03-02', now(), '{%s}', '{%s}', '{0}', '{null}')",
    "SELECT ledger_post(%s, '2026-03-02', now(), '{%s}', '{%s}', '{-5}', '{null}')",
    "SELECT ledger_post(%s, '2026-03-02', now(), '{%s}', '{%s,1}', '{5}', '{null}')",
    "SELECT ledger_post(%s, '2026-03-02', now(), '{%s}', '{999999}', '{%s}', '{null}')",
    "SELECT ledger_post(%s, '2026-03-02', now(), '{}', '{}', '{}', '{}')",
)


@pytest.mark.parametrize("call", WRONG_CALLS)
def test_the_posting_function_itself_refuses_what_is_malformed(kept: Books, call: str) -> None:
    source = books.open_account(kept.envelope.account("available"))
    target = books.open_account(kept.envelope.account("reserved", case=kept.case.pk))
    numbers = iter((kept.when()["event"], source, target))
    filled = "".join(part + str(next(numbers)) for part in call.split("%s")[:-1]) + call.split("%s")[-1]
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(filled)
    assert in_balance()


def test_units_never_mix_even_in_raw_sql(kept: Books) -> None:
    hours = actions.envelope("aiss", "aiss", "GPU-hour")
    ids = [books.open_account(each.account("available")) for each in (kept.envelope, hours)]
    with pytest.raises(DatabaseError, match="units of a move differ"), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_post(%s, %s, now(), %s, %s, '{5}', '{null}')", [kept.when()["event"], DAY, ids[:1], ids[1:]])


def test_a_posting_needs_its_event_by_the_end_of_the_transaction(kept: Books) -> None:
    with pytest.raises(DatabaseError, match="foreign key"), transaction.atomic():
        event = timeline.reserve_id()
        actions.reserve(kept.case, 5, envelope=kept.envelope, event=event, on=DAY, at=NOON)
    assert queries.available(kept.envelope) == 100_000


def placed(moves: Iterable[Move[Account]], cases: list[int]) -> list[Move[Account]]:
    """This will give the pure test's moves with real cases' ids."""

    def account(key: Account) -> Account:
        case = None if key.case is None else cases[key.case - 1]
        return Account(key.kind, key.unit, key.fund, key.scheme, key.financial_year, case)

    return [Move(account(move.source), account(move.target), move.amount) for move in moves]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(proposed=st.lists(st.lists(good_moves, min_size=1, max_size=3), max_size=20))
def test_sql_and_the_pure_core_keep_the_same_books(kept: Books, proposed: list[list[Move[Account]]]) -> None:
    cases = [kept.make.case().pk for _ in range(2)]
    for envelope in (Envelope("itf", "nifs", "HKD"), Envelope("aiss", "aiss", "GPU-hour")):
        for account in (envelope.account("available"), envelope.account("cash_available", financial_year=YEAR)):
            books.open_account(account)
    before = queries.trial_balance()
    event = kept.when()
    for entry in proposed:
        moves = placed(entry, cases)
        after = core.apply(before, moves)
        try:
            with transaction.atomic():
                actions.post(moves, **event)
            assert isinstance(after, dict), "the database wrote what the core refuses"
            before = after
        except Refusal as refusal:
            assert not isinstance(after, dict), "the database refused what the core writes"
            figures = {(problem.available, problem.asked) for problem in after}
            assert (refusal.values["available_cents"], refusal.values["asked_cents"]) in figures
    stored = queries.trial_balance()
    assert {account: held for account, held in stored.items() if held} == {account: held for account, held in before.items() if held}


def seen_in_one_moment() -> dict[Any, Any]:
    """What a page sees: every envelope, from what is kept and what came later, in a read-only transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return queries.envelope_states()


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["reserve", "commit", "mark_due", "pay", "return_unspent", "take_back_return"]),
            st.integers(1, 9_000),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_totals_kept_at_a_seal_and_what_came_later_are_the_whole(kept: Books, steps: list[tuple[str, int, bool]]) -> None:
    for name, amount, is_sealed in steps:
        try:
            more: dict[str, Any] = {"financial_year": YEAR} if name == "pay" else {}
            kept.do(getattr(actions, name), amount, **more)
        except Refusal:
            continue
        if is_sealed:
            sealer.seal(NOON)
        assert seen_in_one_moment() == queries.envelope_states()
