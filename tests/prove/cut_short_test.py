"""A demonstration cut short (Ctrl-C while it was told) is begun again by the next start, and a whole one is kept as it is.

While another process tells it — a second `make demo` beside the first — nothing is touched.
"""

import fcntl
import sys
from datetime import UTC, datetime

import pytest

from millrace.jobs import demonstration
from millrace.registers.cases.models import Case
from millrace.registers.people import actions as people
from millrace.registers.people import queries as asking
from millrace.site import command, database, postgres
from millrace.site import home as homes
from millrace.testing import database as testing
from millrace.testing.making import Making
from millrace.testing.policies import HONG_KONG, files_of

pytestmark = pytest.mark.prove
AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
UNTIL = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture
def opened(open_folder, django_db_blocker):
    """A server of this test's own, with a story begun in its database."""
    cluster = postgres.Cluster(homes.Home(open_folder / "home"))
    with cluster.joined(adopt=True):
        target = database.embedded(cluster)
        testing.migrate(target)
        with django_db_blocker.unblock(), testing.entered(target):
            Making().system()
            people.mark_as_demonstration(at=AT)
            people.mark_story("telling", at=AT)
        yield target


def test_what_was_cut_short_is_begun_again(opened, capsys):
    left = opened.home.attachments / "left.pdf"
    left.write_bytes(b"%PDF")
    begun = command._whole_or_empty(opened)
    assert "begun again" in capsys.readouterr().out
    assert database.marks(begun) == set() and not left.exists() and begun.home.attachments.exists()
    testing.migrate(begun)
    assert database.marks(begun) == set()


def test_what_is_told_by_another_process_now_is_left_alone(opened):
    with open(opened.home.path / "locks" / "portfolio", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert command._whole_or_empty(opened) is opened
    assert database.marks(opened) == {"demonstration", "telling"}


def test_what_is_whole_is_kept(opened, django_db_blocker):
    with django_db_blocker.unblock(), testing.entered(opened):
        people.mark_story("told", at=AT)
    assert command._whole_or_empty(opened) is opened
    assert database.marks(opened) == {"demonstration", "telling", "told"}


@pytest.fixture
def pages(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.usefixtures("db_clone", "pages")
def test_a_story_cut_short_is_never_called_complete(monkeypatch):
    story = sys.modules["millrace.jobs.demonstration.fill"].Story  # the package offers a function of that name
    sealed = story._seal

    def cut(told):
        if Case.objects.exists():
            raise KeyboardInterrupt
        sealed(told)

    with monkeypatch.context() as patched:
        patched.setattr(story, "_seal", cut)
        with pytest.raises(KeyboardInterrupt):
            demonstration.fill(UNTIL, files_of(HONG_KONG), only=2)
    assert Case.objects.exists() and asking.is_being_told()
    with pytest.raises(demonstration.CutShort):
        demonstration.fill(UNTIL, files_of(HONG_KONG), only=2)
