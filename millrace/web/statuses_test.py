"""Every status of a case has its words — e.g. "jointly_supported" is never shown as code."""

from millrace.core import lifecycle
from millrace.web import statuses


def test_every_status_of_the_lifecycle_is_worded() -> None:
    assert set(lifecycle.STATUSES) - set(statuses.STATUSES) == set()
    assert {tone for _words, tone in statuses.STATUSES.values()} <= set(statuses.TONES)
