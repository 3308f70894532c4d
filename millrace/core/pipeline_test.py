"""Holds every status but a draft's to one state, and every state to its statuses — e.g. a suspended case is still in force."""

from millrace.core import asat, lifecycle, pipeline


def test_every_status_that_is_no_draft_is_in_one_state() -> None:
    for status in lifecycle.STATUSES:
        held = [state for state in pipeline.STATES if status in pipeline.statuses_in(state)]
        assert held == ([] if status in lifecycle.DRAFT else [pipeline.state_of(status)])
    assert pipeline.state_of("suspended") == "in_force" and pipeline.state_of("lunch") is None
    assert pipeline.statuses_in("lunch") == ()


def test_every_step_is_a_day_of_the_sheet() -> None:
    assert all(asat.COLUMNS[column].type == "day" for _step, column in pipeline.STEPS)
