"""The restore drill — e.g. last night's backup put into an empty home answers and verifies like the original."""

import json
import os
import subprocess
import sys

import pytest

from millrace.jobs import backup
from millrace.registers.documents import files
from millrace.registers.timeline import sealer
from millrace.site import database, postgres, programs
from millrace.site import home as homes
from millrace.site import restore as restoring

pytestmark = pytest.mark.prove


def millrace(home, *words):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE_"))}
    command = [sys.executable, "-m", "millrace.site.command", *words]
    return subprocess.run(command, env={**environment, "MILLRACE_HOME": str(home)}, capture_output=True, text=True, check=False)


@pytest.fixture
def backed_up(db_clone, make, settings, open_folder):
    """A backup of a database with a sealed event and an attachment; the folder and the seal's chain."""
    import uuid
    from datetime import UTC, datetime

    from millrace.registers.timeline import actions as timeline

    at = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
    settings.MEDIA_ROOT, settings.PGBIN = open_folder / "attachments", str(programs.source())
    version = make.scheme_version()
    facts = {"scheme": version.scheme, "version": version.version}
    timeline.record("scheme_version_published", command=uuid.uuid4(), by=make.system(), at=at, scheme_version=version, facts=facts)
    seal = sealer.seal(at)
    kept = files.keep(b"quotation for one five-axis machine")
    name = backup.make(at, open_folder / "backups")
    return open_folder / "backups" / name, bytes(seal.chain).hex(), kept


def test_a_backup_restored_into_an_empty_home_holds_every_seal_and_file(backed_up, open_folder):
    folder, chain, kept = backed_up
    home = open_folder / "restored"
    done = millrace(home, "restore", str(folder))
    assert done.returncode == 0, done.stderr
    assert "up to seal 1" in done.stdout
    assert (home / "attachments" / kept[:2] / kept).read_bytes().startswith(b"quotation")
    told = millrace(home, "verify", "--json")
    report = json.loads(told.stdout)
    assert report["is_whole"], report
    cluster = postgres.Cluster(homes.Home(home))
    with cluster.joined():
        restored = database.embedded(cluster)
        with restored.connect("reader") as reader:
            assert reader.execute("SELECT encode(chain, 'hex') FROM timeline_seal").fetchall() == [(chain,)]
        with pytest.raises(homes.HomeRefused, match="not empty"):
            restoring.restore(folder, restored)


def test_a_damaged_or_half_backup_is_refused(backed_up, open_folder):
    folder, _chain, _kept = backed_up
    with (folder / "database.dump").open("r+b") as dump:
        dump.seek(100)
        dump.write(b"\0\0\0\0")
    refused = millrace(open_folder / "other", "restore", str(folder))
    assert refused.returncode == 2 and "damaged" in refused.stderr
    (folder / "manifest.json").unlink()
    assert backup.latest(folder.parent) is None
    refused = millrace(open_folder / "other", "restore", str(folder))
    assert refused.returncode == 2 and "not a whole backup" in refused.stderr
