"""Hands every test the fixtures of millrace/testing — e.g. `db_clone`, a database of the test's own — and fresh catalogues."""

from hypothesis import settings

from millrace.site import translations

pytest_plugins = [
    "millrace.testing.database",
    "millrace.testing.making",
    "millrace.testing.policies",
    "millrace.testing.publishing",
    "millrace.testing.stories",
    "millrace.testing.live",
    "millrace.testing.agreeing",
    "millrace.testing.pressing",
    "millrace.testing.judged",
]


def pytest_configure() -> None:
    """This will compile the catalogues that changed, so that tests read the sentences that are checked in."""
    translations.compile_stale()
    # A property takes as long as the machine is busy; what is slow is measured in bench/, not here.
    settings.register_profile("house", deadline=None)
    settings.load_profile("house")
