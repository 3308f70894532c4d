"""The API holds to its own description whatever is sent to it — e.g. a seal of 10²⁰, a reference of stray bytes, no key at all."""

import uuid

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from millrace.registers.people import tokens
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.site.api import api
from millrace.web import clock
from millrace.web.api import spoken

SETTINGS = {
    "max_examples": 12,
    "deadline": None,
    "derandomize": True,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
CHECKS = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture
def described(hong_kong, make):
    """The API on a database with a policy and one case, and a key that may do everything its person may."""
    lead = make.organisation()
    person = make.member(lead, "member", "signatory")
    make.case(lead=lead, by=person)
    sealer.seal(clock.now())
    sheet.project()
    _row, key = tokens.make_token(person, name="Everything", scopes=list(tokens.SCOPES), days=1, at=clock.now())
    from millrace.site.wsgi import application  # reads the settings, so only once a database is there

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application), key


def test_every_operation_answers_as_described(described):
    schema, key = described
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 9
    for operation in operations:
        _hold(operation, key)


def _hold(operation, key):
    headers = {"Authorization": f"Bearer {key}", "Host": "testserver"}

    @settings(
        max_examples=12, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(), fresh=some.uuids())
    def answers(case, fresh: uuid.UUID) -> None:
        sent = dict(headers)
        if operation.method.upper() != "GET":
            sent["Idempotency-Key"] = str(fresh)
        response = case.call(headers=sent)
        assert response.status_code < 500, response.text[:500]
        case.validate_response(response, checks=[schemathesis.checks.CHECKS.get_one(name) for name in CHECKS])

    answers()


def test_every_operation_is_said_in_words_that_can_be_translated() -> None:
    paths = api.get_openapi_schema()["paths"].values()
    assert {operation.get("description") for path in paths for operation in path.values()} == set(spoken.OPERATIONS)
