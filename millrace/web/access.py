"""Who may enter which page, and which cases a list may show — e.g. `@entry(case="read_case")` on the case page.

The decision is `core/access.py`'s alone: here its facts are gathered, and the same table becomes one SQL filter for lists,
counts and exports (a property test holds the two equal). What may not be entered does not exist: 404, without a hint.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.internal.flows import login as sign_in
from allauth.mfa.models import Authenticator
from django.contrib.auth.views import redirect_to_login
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DatabaseError, connection, transaction
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from millrace.core import access
from millrace.core.access import Actor, Subject
from millrace.core.refusal import Refusal
from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case, Party, Standing
from millrace.registers.documents import actions as documents
from millrace.registers.documents.models import Document
from millrace.registers.people import queries as people
from millrace.registers.people import wire
from millrace.registers.people.models import Person
from millrace.web import clock

DEMONSTRATION = "demonstration_sign_in"
READING = ("GET", "HEAD")
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Entry:
    """What a page declares: open to all, to anyone signed in, to holders of one of `powers`, or by a relation to its case."""

    who: str
    powers: frozenset[str] = frozenset()
    action: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, [self.who, "|".join(sorted(self.powers)), self.action]))


def entry(who: str = "", *, power: str | Iterable[str] = (), case: str = "") -> Callable[[View], View]:
    """This will declare who may enter a page, and enforce it.

    `power` is one power or several, any of which suffices. `case` is an action of `core/access.py` on the case whose
    `reference` the address holds; the page finds it as `request.case`, and a `document` of the address as `request.document`.
    Every page finds who asks as `request.actor` and the moment as `request.at`.
    A page that is only read runs in one read-only transaction and so sees one moment of the database.
    """
    powers = frozenset([power] if isinstance(power, str) else power)
    declared = Entry(who or ("case" if case else "power"), powers, case)
    if declared.who not in ("public", "signed_in", "power", "case") or (declared.who == "power" and not powers):
        raise ValueError("an entry is public, signed_in, power=… or case=…")

    def declare(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if turned_away := admit(request, declared, kwargs):
                return turned_away
            if request.method in READING:
                with read_only():
                    return view(request, *args, **kwargs)
            return view(request, *args, **kwargs)

        guarded.entry = declared  # type: ignore[attr-defined]  # read by the house tests
        return guarded

    return declare


def read_only() -> "transaction.Atomic":
    """This will open a transaction that cannot write and sees one moment; streamed answers open one of their own."""
    return _ReadOnly(using=None, savepoint=False, durable=False)


class _ReadOnly(transaction.Atomic):
    """Has BEGIN itself say what the transaction is, where it is the outermost: no question of its own."""

    def __enter__(self) -> None:
        is_outermost = not connection.in_atomic_block
        super().__enter__()
        if is_outermost:
            try:
                wire.command(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", connection.alias)
            except DatabaseError:
                self.__exit__(*sys.exc_info())  # what fails to enter is not left by itself
                raise


def admit(request: HttpRequest, declared: Entry, address: dict[str, Any]) -> HttpResponse | None:
    """This will gather who asks, and return nothing when they may enter, an answer when they must sign in, or refuse with 404."""
    request.at = clock.now()
    request.actor = Actor()
    if request.user.is_authenticated:
        request.actor = _reading(request) if request.method in READING else actor_of(request.user, request.at)
    if declared.who == "public":
        return None
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.actor.powers and not has_second_factor(request):
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
    if declared.who == "power" and not declared.powers & request.actor.powers:
        raise Refusal.not_found()
    if declared.action:
        enter_case(request, address, declared.action)
    return None


def enter_case(request: HttpRequest, address: dict[str, Any], action: str) -> None:
    """This will put the case of the address on the request if this person may do `action` with it.

    A reading by staff or an assessor is noted first, in a transaction of its own: the page itself cannot write, and a page
    that then fails was still asked for. An address that also holds a `document` is a reading of that file.
    """
    found = cases.case_for(request.user, str(address.get("reference", "")), request.at)
    if found is None:
        raise Refusal.not_found()
    case, standings, parties = found
    subject = Subject(case.status, standings, parties, is_test=_is_tried(case))
    decision = access.decide(request.actor, action, subject)
    if not decision.allowed:
        raise Refusal.not_found()
    if request.method in READING:
        case.gathered = (request.user.pk, request.at, subject)
        cases.keep_answers(case)
    request.case, request.document, request.because = case, None, decision.because
    if "document" in address:
        request.document = Document.objects.filter(pk=address["document"], case=case).first()
        if request.document is None:
            raise Refusal.not_found()
    if request.method == "GET" and is_watched(decision.because):
        documents.log_reading(case, person=request.user, because=decision.because, at=request.at, documents=[request.document])


def is_watched(because: str) -> bool:
    """This will say whether a reading on this ground is logged: by the funder's people and its assessors, not by the parties."""
    return because.startswith(("power:", "standing:"))


def has_second_factor(request: HttpRequest) -> bool:
    """This will say whether this session passed the second factor (or the demonstration's own one-click sign-in)."""
    if request.session.get(DEMONSTRATION):
        return True
    if any(record.get("method") == "mfa" for record in sign_in.get_authentication_records(request, request.user)):
        return True
    return Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()


def _reading(request: HttpRequest) -> Actor:
    """Who reads a page: what was granted came with the person a moment ago. Who acts is asked again, where the act is written."""
    person = request.user
    actor = Actor(person.pk, *people.grants_read(person, request.at)) if hasattr(person, "granted") else actor_of(person, request.at)
    person.gathered = (request.at, actor)
    return actor


def actor_of(person: Person, at: datetime) -> Actor:
    """This will gather what a person may do, at a moment; what a page that is only read gathered on entering is not asked again."""
    asked_at, kept = getattr(person, "gathered", (None, None))
    if kept is not None and asked_at == at:
        return kept
    return Actor(person.pk, *people.grants_of(person, at))


def subject_of(person: Person, case: Case, at: datetime) -> Subject:
    """This will gather how a person stands to a case, at a moment; on a page that is only read, once."""
    by, asked_at, kept = getattr(case, "gathered", (None, None, None))
    if kept is not None and (by, asked_at) == (person.pk, at):
        return kept
    return Subject(case.status, *cases.relations_of(person, case, at), is_test=_is_tried(case))


def _is_tried(case: Case) -> bool:
    """Whether it tries a draft of the rules. A true application later corrected to a test is still its parties' and officers'."""
    return case.is_test and case.scheme_version is not None and case.scheme_version.draft_id is not None


def may(actor: Actor, person: Person, action: str, case: Case, at: datetime) -> access.Decision:
    """This will decide whether a person may do something with a case."""
    return access.decide(actor, action, subject_of(person, case, at))


def cases_visible_to(person: Person, at: datetime, action: str = "read_case") -> QuerySet[Case]:
    """This will pick the cases on which `person` may do `action` at `at`: the decision of `core/access.py`, as SQL."""
    return Case.objects.filter(visible(actor_of(person, at), person.pk, at, action))


def visible_submitted(actor: Actor, at: datetime, action: str = "read_case") -> Q:
    """This will be the same filter without drafts; for a holder of a power that is every submitted case but those of a conflict."""
    submitted = ~Q(status__in=access.DRAFT_STATUSES)
    if actor.is_signed_in and any(action in access.MAY.get(f"power:{power}", ()) for power in actor.powers):
        own = Standing.objects.filter(people.at_moment(at), person_id=actor.person_id)
        return submitted & ~Q(pk__in=own.filter(relation="conflicted").values("case"))
    return submitted & visible(actor, actor.person_id, at, action)


def without_conflicts(actor: Actor, at: datetime) -> Q:
    """This will leave out the rows of a conflict, where only cases someone submitted have rows — claims, releases, payments."""
    own = Standing.objects.filter(people.at_moment(at), person_id=actor.person_id)
    return ~Q(case__in=own.filter(relation="conflicted").values("case"))


def visible(actor: Actor, person_id: int | None, at: datetime, action: str = "read_case") -> Q:
    """This will be the filter of `cases_visible_to` for an actor already gathered."""
    if person_id is None:
        return Q(pk__in=())
    granted = {relation for relation, actions in access.MAY.items() if action in actions}
    own = Standing.objects.filter(people.at_moment(at), person_id=person_id)
    held = []
    standings = {relation.removeprefix("standing:") for relation in granted if relation.startswith("standing:")}
    if standings:
        held.append(own.filter(relation__in=standings).values("case"))
    for organisation, powers in actor.organisations.items():
        roles = {
            role for party, role, power in (relation.split(":") for relation in granted if relation.startswith("party:")) if power in powers
        }
        if roles:
            held.append(Party.objects.filter(cases.joined_at(at), organisation_id=organisation, role__in=roles).values("case"))
    if any(f"power:{power}" in granted for power in actor.powers):
        ways = ~Q(status__in=access.DRAFT_STATUSES)
        for each in held:
            ways |= Q(pk__in=each)
    else:
        ways = _among(held)
    return ways & ~Q(pk__in=own.filter(relation="conflicted").values("case"))


def _among(held: list[QuerySet[Any]]) -> Q:
    """This will pick cases by their ids, gathered first: of an applicant's forty, the planner then reads forty, where an OR of
    IN would have it read every case there is."""
    if not held:
        return Q(pk__in=())
    ids = ArraySubquery(held[0].union(*held[1:], all=True) if held[1:] else held[0])
    among = Func(F("pk"), Func(ids, function="ANY"), template="%(expressions)s", arg_joiner=" = ", output_field=BooleanField())
    return Q(among)


@dataclass(frozen=True)
class Ground:
    """One reason why a person may see a case: the relation, since when, and who granted it."""

    relation: str
    starts_at: datetime | None
    granted_by: Person | None
    allows: bool


def explain_access(person: Person, case: Case, at: datetime, action: str = "read_case") -> tuple[access.Decision, list[Ground]]:
    """This will answer "why may she see this?": the decision, and each ground with who gave it and when."""
    actor, subject = actor_of(person, at), subject_of(person, case, at)
    grounds = []
    for relation in sorted(access.relations(actor, subject)):
        row = _granting_row(relation, person, case, at)
        allows = action in access.MAY.get(relation, frozenset())
        grounds.append(Ground(relation, row.starts_at if row else None, row.granted_by if row else None, allows))
    return access.decide(actor, action, subject), grounds


def _granting_row(relation: str, person: Person, case: Case, at: datetime) -> Any:
    kind, name, *rest = relation.split(":")
    if kind == "power":
        return person.powers.filter(people.at_moment(at), power=name).select_related("granted_by").first()
    if kind == "standing":
        return cases.standings_held(case, at).filter(person=person, relation=name).first()
    members = person.memberships.filter(people.at_moment(at), power=rest[0], organisation__in=cases.parties_of(case, at).keys())
    return members.select_related("granted_by").first()
