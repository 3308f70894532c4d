"""Every address × every role × (own case, another's, one they are conflicted on): nobody enters where the policy says no.

For example an officer who declared a conflict gets 404 from each of the case's addresses, and no list, count or export of any
desk shows its reference. What may be entered must answer, whatever the state of the case: a page may refuse, it may not break.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from millrace.core import access
from millrace.registers.cases.models import Case
from millrace.stages.apply.conftest import Company, company, published  # noqa: F401  # fixtures are found by name in this module
from millrace.web import access as web_access
from millrace.web import clock

POWERS = (
    "officer",
    "assessor",
    "committee",
    "authority",
    "finance",
    "finance_maker",
    "finance_checker",
    "policy",
    "auditor",
    "administrator",
)
STATUSES = ("draft", "submitted", "information_needed", "under_assessment", "recommended", "approved", "in_force", "closed", "withdrawn")
# What stands for an argument of an address that is not the case's reference.
SAMPLES = {"slug": "nifs", "scheme": "nifs", "name": "approved-by-scheme", "section": "project", "number": "1"}


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of ours, as its route."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, prefix + str(pattern.pattern))
        elif getattr(pattern.callback, "entry", None) is not None:
            yield prefix + str(pattern.pattern), pattern


def address(route: str, reference: str) -> str:
    """The route with its arguments filled in."""

    def fill(match: re.Match[str]) -> str:
        name = match.group(1).split(":")[-1]
        return reference if name == "reference" else SAMPLES.get(name, "1")

    return "/" + re.sub(r"<([^>]+)>", fill, route)


@pytest.fixture
def world(make: Any, company: Company) -> dict[str, Any]:  # noqa: F811  # the fixture of that name
    """People of every kind, and cases of two organisations in every status; each person conflicted on one case.

    Each case was really submitted; what later stages would have added to one of a later status is not there.
    """
    theirs = Company(make)
    people = {power: make.person(power, powers=(power,)) for power in POWERS}
    people |= {"member": company.writer, "signatory": company.signatory, "outsider": theirs.writer}
    cases = {}
    for status in STATUSES:
        cases[status] = company.draft()
        if status not in access.DRAFT_STATUSES:
            company.submit(cases[status])
    hidden = theirs.draft()
    theirs.submit(hidden)
    for status, case in [*cases.items(), ("recommended", hidden)]:
        Case.objects.filter(pk=case.pk).update(status=status, title="Unseen optical bench" if case == hidden else f"Smart line {status}")
        case.refresh_from_db()
    for person in people.values():
        hidden.standings.create(person=person, relation="conflicted", starts_at=hidden.opened_at, granted_by=person)
    return {"people": people, "cases": cases, "hidden": hidden}


def sign_in(person: Any) -> Client:
    """A session as after sign-in with the second factor."""
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="millrace.web.sign_in.Backend")
    session = client.session
    session[web_access.DEMONSTRATION] = True
    session.save()
    return client


CASE_ROUTES = sorted(
    route for route, _ in patterns() if "<str:reference>" in route or "<reference>" in route or "<slug:reference>" in route
)
LIST_ROUTES = sorted(route for route, _ in patterns() if "<" not in route)


@pytest.mark.prove
def test_no_address_of_a_case_opens_to_whom_the_policy_refuses(world: dict[str, Any]) -> None:
    declared = {route: pattern.callback.entry for route, pattern in patterns()}
    wrong, broken, asked = [], [], 0
    subjects = [*world["cases"].values(), world["hidden"]]
    for (who, person), route in itertools.product(world["people"].items(), CASE_ROUTES):
        client = sign_in(person)
        for case in subjects:
            entry = declared[route]
            at = clock.now()
            actor = web_access.actor_of(person, at)
            if entry.who == "case":
                may = access.decide(actor, entry.action, web_access.subject_of(person, case, at)).allowed
            else:
                may = entry.who in ("public", "signed_in") or bool(entry.powers & actor.powers)
            status = client.get(address(route, case.reference)).status_code
            asked += 1
            if not may and status not in (404, 405):
                wrong.append((who, route, case.status, status))
            if status >= 500:
                broken.append((who, route, case.status, status))
    assert asked > 100 and not wrong, wrong
    assert not broken, broken


@pytest.mark.prove
def test_a_conflicted_person_sees_no_shadow_of_the_case_on_any_page(world: dict[str, Any]) -> None:
    seen, broken = [], []
    hidden = world["hidden"]
    for who, person in world["people"].items():
        client = sign_in(person)
        for route in LIST_ROUTES:
            for query in ("", f"?q={hidden.reference}"):
                response = client.get(f"/{route}{query}")
                body = b"".join(response.streaming_content) if response.streaming else response.content
                if response.status_code >= 500:
                    broken.append((who, route, response.status_code))
                # The words searched for stand in the search box: look for what only the case itself would tell.
                if hidden.title.encode() in body or (not query and hidden.reference.encode() in body):
                    seen.append((who, route + query))
    assert not seen, seen
    assert not broken, broken


@pytest.mark.prove
def test_a_stranger_is_asked_to_sign_in_or_told_nothing(world: dict[str, Any]) -> None:
    wrong = []
    case = world["cases"]["in_force"]
    for route, pattern in patterns():
        entry = pattern.callback.entry
        if entry.who == "public":
            continue
        response = Client(raise_request_exception=False).get(address(route, case.reference))
        if response.status_code not in (302, 401, 404, 405) or case.title.encode() in response.content:
            wrong.append((route, response.status_code))
    assert not wrong, wrong
