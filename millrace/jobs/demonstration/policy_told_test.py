"""Proves that the policy can be read as it stood on each day of the story — e.g. before the table of 2024 no figure of NIAS."""

import itertools

from millrace.core.policy_folder import read
from millrace.jobs.demonstration import policy_told
from millrace.testing.policies import HONG_KONG, files_of


def test_on_each_day_the_folder_has_the_figures_that_a_table_answers():
    folder = files_of(HONG_KONG)
    shown = [policy.figures for policy in (read.policy(then) for _day, then in policy_told.publications(folder))]
    assert shown[-1].keys() == read.policy(folder).figures.keys()
    assert all(before.keys() <= after.keys() for before, after in itertools.pairwise(shown))
    assert "nias-approved" in shown[-1] and "nias-approved" not in shown[0]
