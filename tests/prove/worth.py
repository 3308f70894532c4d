"""Which pages are worth opening: every address we have, as each person who may enter, on cases in each state.

For example `/cases/<reference>/claims/<number>/` as the applicant, the officer and finance, on a claim drafted, submitted and
decided. The list is made by asking, so that a new address, or a new argument of one, cannot be forgotten.
"""

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from millrace.core import access
from millrace.registers.cases.models import Case, Party, Standing
from millrace.registers.facilities.models import Operator
from millrace.registers.people.models import Membership, Person, Power
from millrace.stages.deliver import models as deliver
from millrace.web import access as web_access
from millrace.web.demonstration import BACKEND
from tests.prove.addresses import SECRET, arguments

FRESH = 4_000_000_000  # a password typed just now, whenever the page is opened: some pages ask for it again after minutes
KEYED, KEYED_EMAIL = "with a second factor", "keyed@demonstration.example"

POWERS = tuple(Power.Kind.values)
GIVEN_ON, GIVEN_SEAL = "2026-03-31", 900
# One more visit of an address than these shows nothing new: per role, for pages that look alike whatever the case.
VISITS = 2
# These differ with the state of the case: one visit for each.
CHANGING = {"cases/<str:reference>/", "cases/<str:reference>/draft/", "cases/<str:reference>/draft/check/"}
# Searches and choices of a page that is more than its bare address.
ASKED: dict[str, tuple[str, ...]] = {
    "find/": ("?applicant_kind=company&place_of_incorporation=hong_kong&total_cost=45000000&own_money=30000000&requested_amount=15000000",),
    "desk/": ("?q=nothing+fits+this", "?q=2025"),
    "desk/organisations/": ("?q=nothing+fits+this",),
    "policy/": ("?as-at=2023-12-01", "?as-at=1999-01-01&seal=999999999"),
    "policy/cases/": ("?scheme=nifs&as-at=2026-03-31", "?place=nowhere&as-at=2026-03-31"),
    "policy/pictures/<slug:picture>/": ("?as-at=2024-03-31", "?as-at=1999-01-01"),
    "policy/service/cases/": ("?stage=result&state=done", "?stage=screening&state=waiting"),
    "audit/sample/": ("?of=cases&chance=by_money&count=25&first=2020-01-01&last=2029-12-31", "?of=people&first=soon"),
    "register/": ("?q=nothing+fits+this",),
    "schemes/<slug:slug>/": ("?version=v1",),
    "figures/<slug:name>/": ("?as-at=2024-01-31", "?as-at=1999-01-01", "?as-at=2026-03-31&by=stream"),
    "figures/<slug:name>/give/": (f"?as-at={GIVEN_ON}&seal={GIVEN_SEAL}", f"?as_at={GIVEN_ON}&seal={GIVEN_SEAL}"),
    "figures/<slug:name>/cases/": (f"?as-at={GIVEN_ON}&seal={GIVEN_SEAL}",),
    "replies/drafts/<int:reply>/": ("?text=zh-hant",),
    "receipts/check/": ("?receipt=nothing",),
}


# These only send on, or answer to a moment no story tells; why is said beside each.
NO_PAGE = {
    "language/": "sets the language and goes back",
    "me/keys/<int:token>/revoke/": "takes a click and goes back",
    "welcome/": "sends each role to its desk",
    "cases/<str:reference>/reading/": "only while two versions may both apply",
    "account/confirm-email/": "only between signing up and the code that came by mail",
    "account/password/reset/complete/": "only after the code that came by mail was typed",
}


@dataclass(frozen=True)
class Visit:
    """One page to look at: where, as whom, and why it differs from its neighbours."""

    route: str
    address: str
    role: str
    person: int | None
    state: str = ""
    session: str = ""


@dataclass
class Found:
    """What was asked: the pages that answered, addresses that take no reading, and what every address answered."""

    visits: list[Visit] = field(default_factory=list)
    answers: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    broken: list[str] = field(default_factory=list)

    def never_shown(self) -> list[str]:
        """This will name the addresses nobody was shown a page of, though they are for reading."""
        shown = {visit.route for visit in self.visits} | set(NO_PAGE)
        left = {route: counts for route, counts in self.answers.items() if route not in shown and not FILES.search(route)}
        return sorted(f"/{route} {dict(counts)}" for route, counts in left.items() if 405 not in counts)


FILES = re.compile(
    r"openapi\.json|/receipt/(text|submission)/|files/<int:document>/$|letters/<int:number>/$|^api/v1/(?!docs)|download/$|feed/$|\.ics$|^open-data/."
)
"""Addresses that answer with a file or with data: no page to look at."""


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """This will walk every address of the site, the libraries' too."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield (prefix + str(pattern.pattern)).lstrip("^"), pattern.callback


def state_of(case: Case) -> str:
    """This will name what makes a case's pages differ from another's: scheme, status, and how far its money went."""
    claims = "+".join(sorted(set(deliver.Claim.objects.filter(case=case).values_list("state", flat=True))))
    evidence = "+".join(sorted(set(deliver.Evidence.objects.filter(case=case).values_list("state", flat=True))))
    agreed = " ".join(sorted({f"{model.__name__} {row}" for model in LIVES for row in _states(model, case)}))
    return f"{case.scheme} {case.status} {case.stage_number} {claims} {evidence} {agreed} {'paid' if case.paid_cents else ''}".strip()


# What becomes of an agreement in force; each state of each has its own page.
LIVES = (deliver.ChangeRequest, deliver.Inspection, deliver.Report, deliver.Receivable)


def _states(model: Any, case: Case) -> Iterator[str]:
    yield from model.objects.filter(case=case).values_list("state", flat=True)


def cases_in_each_state() -> dict[str, Case]:
    """This will choose one case for each state, the one with most behind it."""
    chosen: dict[str, Case] = {}
    busy = Case.objects.annotate(many=Count("parties") + Count("standings")).order_by("-many", "-opened_at", "pk")
    for case in busy:
        chosen.setdefault(state_of(case), case)
    return chosen


class Everyone:
    """The people who enter: for a page of a case those who stand to it, for a list the busiest of each role."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.staff = {power: self._busiest(power) for power in POWERS}
        self._around: dict[int, list[tuple[str, Person]]] = {}

    def _busiest(self, power: str) -> Person:
        held = list(Power.objects.filter(power=power, ends_at=None).order_by("person").values_list("person", flat=True))
        busy = Counter(Standing.objects.filter(person__in=held).values_list("person", flat=True))
        return Person.objects.get(pk=busy.most_common(1)[0][0] if busy else held[0])

    def of_case(self, case: Case) -> list[tuple[str, Person]]:
        """This will give each role with somebody in it for this case, looked up once for all its addresses."""
        if case.pk not in self._around:
            self._around[case.pk] = list(self._of_case(case))
        return self._around[case.pk]

    def _of_case(self, case: Case) -> Iterator[tuple[str, Person]]:
        yield from self._parties(case)
        for relation in ("invited", "assessor", "committee", "operator"):
            if stands := Standing.objects.filter(case=case, relation=relation, ends_at=None).select_related("person").first():
                yield relation, stands.person
        for power, person in self.staff.items():
            if power not in ("assessor", "committee"):
                yield power, person

    def _parties(self, case: Case) -> Iterator[tuple[str, Person]]:
        for party in Party.objects.filter(case=case, left_at=None):
            role = "applicant" if party.role == "lead" else "partner"
            members = Membership.objects.filter(organisation=party.organisation, ends_at=None).select_related("person")
            for power in ("member", "signatory"):
                if found := members.filter(power=power).order_by("person__name").first():
                    yield f"{role} {power}", found.person

    def of_lists(self) -> Iterator[tuple[str, Person | None]]:
        """This will give each role with somebody in it for pages that belong to no case."""
        yield "public", None
        yield "officer", self.staff["officer"]
        for power in ("member", "signatory"):
            yield f"applicant {power}", busiest_member(power)
        yield from ((power, person) for power, person in self.staff.items() if power != "officer")
        if running := Operator.objects.filter(ends_at=None).select_related("person").first():
            yield "operator", running.person
        yield KEYED, Person.objects.get(email=KEYED_EMAIL)


def new_client() -> Client:
    """This will make a visitor on this very machine, where the demonstration's own sign-in page exists."""
    return Client(raise_request_exception=False, headers={"host": "127.0.0.1"})


def busiest_member(power: str) -> Person:
    """This will choose a member of the organisation with most applications."""
    organisation = Counter(Party.objects.filter(role="lead").order_by("pk").values_list("organisation", flat=True)).most_common(1)[0][0]
    return Membership.objects.filter(organisation=organisation, power=power, ends_at=None).order_by("pk")[0].person


class Asking:
    """Asks every address and keeps those that answer with a page."""

    def __init__(self, at: datetime) -> None:
        self.at, self.everyone, self.found = at, Everyone(at), Found()
        self._clients: dict[int | None, Client] = {}
        self._seen: Counter[tuple[str, str]] = Counter()

    def client(self, person: Person | None) -> Client:
        """This will sign a person in as the demonstration does, once."""
        key = person.pk if person else None
        if key not in self._clients:
            client = self._clients[key] = new_client()
            if person:
                client.force_login(person, backend=BACKEND)
                session = client.session
                session[web_access.DEMONSTRATION] = True
                session["account_authentication_methods"] = [{"method": "password", "at": FRESH, "email": person.email}]
                session["account_authentication_methods_user"] = str(person.pk)
                session.save()
        return self._clients[key]

    def all(self) -> Found:
        """This will ask everything."""
        cases = cases_in_each_state()
        for route, view in routes():
            if "<str:reference>" in route or "<reference>" in route:
                for state, case in cases.items():
                    self._case_page(route, view, state, case)
            else:
                for role, person in self._enough(getattr(view, "entry", None)):
                    for address in arguments(route, None, person):
                        for query in ("", *ASKED.get(route, ())):
                            self._ask(Visit(route, f"/{address}{query}", role, person.pk if person else None, query), person)
        self.halfway()
        return self.found

    def _enough(self, entry: Any) -> Iterator[tuple[str, Person | None]]:
        """A page open to all looks the same to all: a stranger and an officer see it; what asks for a power is tried by every role."""
        who = entry.who if entry else "library"
        roles = {"public": ("public", "officer"), "signed_in": ("applicant member", "applicant signatory", "officer", "operator")}
        roles["library"] = ("public", "officer", KEYED)
        return ((role, person) for role, person in self.everyone.of_lists() if who == "power" or role in roles[who])

    def _case_page(self, route: str, view: Any, state: str, case: Case) -> None:
        entry = getattr(view, "entry", None)
        if entry and entry.who == "public":
            self._ask(Visit(route, "/" + arguments(route, case, None)[0], "public", None, state), None)
            return
        for role, person in self.everyone.of_case(case):
            if entry and entry.who == "case" and not self._may(entry.action, person, case):
                continue
            for address in arguments(route, case, person):
                self._ask(Visit(route, f"/{address}", role, person.pk, state), person)

    @functools.cache  # noqa: B019  # kept as long as the asking, which ends with the process that asks
    def _stands(self, person: Person, case: Case) -> tuple[access.Actor, access.Subject]:
        return web_access.actor_of(person, self.at), web_access.subject_of(person, case, self.at)

    def _may(self, action: str, person: Person, case: Case) -> bool:
        actor, subject = self._stands(person, case)
        return access.decide(actor, action, subject).allowed

    def halfway(self) -> None:
        """This will go to the pages that are only seen on the way in: a code asked for after a password or instead of one."""
        for begin, given, then in (
            ("account/login/", {"login": KEYED_EMAIL, "password": SECRET}, "account/2fa/authenticate/"),
            ("account/login/code/", {"email": KEYED_EMAIL}, "account/login/code/confirm/"),
            ("account/password/reset/", {"email": KEYED_EMAIL}, "account/password/reset/confirm/"),
        ):
            client = new_client()
            client.post(f"/{begin}", given)
            self._ask(Visit(then, f"/{then}", "on the way in", None), None, client)

    def _ask(self, visit: Visit, person: Person | None, client: Client | None = None) -> None:
        counts = self.found.answers[visit.route]
        if counts and set(counts) == {405}:
            return
        shape = re.sub(r"/[A-Z0-9+-]+-[A-Z0-9-]+/|\d+", "#", visit.address)
        if visit.route not in CHANGING and self._seen[shape, visit.role] >= VISITS:
            return
        client = client or self.client(person)
        answer = client.get(visit.address)
        counts[answer.status_code] += 1
        if answer.status_code >= 500:
            self.found.broken.append(f"{visit.address} as {visit.role}: {answer.status_code}")
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        if answer.status_code in (200, 422) and is_page and not answer.streaming:
            self._seen[shape, visit.role] += 1
            cookie = client.cookies.get("sessionid")
            self.found.visits.append(replace(visit, session=cookie.value if cookie else ""))
