"""The real server on a test's own database, and a real browser in front of it — e.g. the NIFS journey from finder to payment."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from millrace.site import database, serve
from millrace.site.home import Home

REPOSITORY = Path(__file__).resolve().parents[2]
SHOTS = REPOSITORY / "build" / "screenshots"
STARTS_WITHIN = 120  # seconds; on a machine that does much else at once, half a minute was not enough
# What a browser asks of its maker's servers when nobody is looking would hang or fail in a closed room.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--metrics-recording-only",
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication",
]


@dataclass
class Site:
    """Granian, and the jobs process where asked for, on one database and one home."""

    target: database.Database
    home: Home
    port: int
    log: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, has_jobs: bool = False, workers: int = 1) -> None:
        """This will start the processes and return when the port answers."""
        environment = {
            **os.environ,
            **self.target.environment("app"),
            "MILLRACE_HOME": str(self.home.path),
            "DJANGO_SETTINGS_MODULE": "millrace.site.settings",
            "PYTHONPATH": str(REPOSITORY),
        }
        commands = [serve.web_command(self.port, self.home, workers=workers)]
        if has_jobs:
            commands.append(serve.jobs_command())
        for command in commands:
            with self.log.open("ab") as out:
                self.processes.append(subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True))
        deadline = time.monotonic() + STARTS_WITHIN
        while not serve.is_serving(self.port):
            if time.monotonic() > deadline or self.processes[0].poll() is not None:
                pytest.fail(f"The server does not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def kill(self) -> None:
        """This will end every process at once, as a power cut would."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()


@pytest.fixture(scope="session")
def collected_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stylesheet and scripts as the web server finds them, under their plain names."""
    from django.contrib.staticfiles import finders  # after django.setup()

    folder = tmp_path_factory.mktemp("collected") / "static"
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(storage.path(path), target)
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def live_site(db_clone: database.Database, collected_static: Path, tmp_path: Path, settings: Any) -> Iterator[Callable[..., Site]]:
    """Starts the server on this test's database: `site = live_site(has_jobs=True)`, then `site.url`."""
    home = Home(tmp_path / "home")
    home.prepare()
    (home.path / "static").symlink_to(collected_static)
    settings.MEDIA_ROOT = home.attachments
    made: list[Site] = []

    def start(**how: Any) -> Site:
        site = Site(db_clone, home, serve.free_port(0), tmp_path / "site.log")
        made.append(site)
        site.start(**how)
        return site

    yield start
    for site in made:
        site.stop()


def _chromium() -> str | None:
    named = os.environ.get("MILLRACE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium. Without one a browser test is skipped at a desk and fails in CI."""
    program = _chromium()
    if program is None:
        sentence = "No Chromium here: install it (apt-get install chromium fonts-noto-cjk) or set MILLRACE_CHROMIUM."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    from playwright import sync_api

    # Playwright's synchronous interface keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", *QUIET])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of a fresh profile, 1280 px wide; `page.set_viewport_size` makes it a telephone."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Asia/Hong_Kong")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    yield opened
    context.close()


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Callable[[Any, str], Path]:
    """Keeps a picture of the whole page under build/screenshots/<test>/."""

    def take(page: Any, name: str) -> Path:
        folder = SHOTS / request.node.name.replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        return folder / f"{name}.png"

    return take


@pytest.fixture
def axe() -> Callable[[Any], list[str]]:
    """Says what axe finds serious or critical on a page, one line each; an empty list is what a test asks for."""

    def findings(page: Any) -> list[str]:
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(page).response["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        return [f"{one['id']}: {one['help']} — {json.dumps([node['target'] for node in one['nodes']][:5])}" for one in grave]

    return findings
