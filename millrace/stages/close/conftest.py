"""What the tests of endings start from: an application approved and accepted by the real actions — e.g. HK$10m of NIFS in force."""

from millrace.stages.award.conftest import award, company, published, story  # noqa: F401  # fixtures are found by name in this module
