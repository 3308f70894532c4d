"""What is done once beside the first pages — e.g. a story told to its end, after which the jobs start."""

import sys

import pytest

from millrace.site import serve
from millrace.site.home import HomeRefused
from millrace.web import downloads


def ended(status: int) -> serve.Errand:
    errand = serve.Errand([sys.executable, "-c", f"raise SystemExit({status})"], lambda: done.append(status))
    done.clear()
    assert not errand.is_over({})
    assert errand.process
    errand.process.wait(30)
    return errand


done: list[int] = []


def test_the_jobs_follow_an_errand_that_ended_well() -> None:
    assert ended(0).is_over({}) and done == [0]


def test_nothing_follows_an_errand_that_ended_badly() -> None:
    """A second start waits for the first one's story; where that is cut short, its jobs must not go to work in half a story."""
    errand = ended(1)
    with pytest.raises(HomeRefused, match="start again"):
        errand.is_over({})
    assert not done


def test_half_of_a_workers_threads_stay_free_for_pages_while_files_are_read_slowly() -> None:
    assert 2 * downloads.AT_ONCE <= serve.THREADS
