"""Grants and ends powers and memberships, each as a span that is never deleted — e.g. Ms Ho may check payments from 3 March.

These write rows and announce nothing: a stage's action that must be on the timeline calls them inside its own transaction.
"""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.people import queries
from millrace.registers.people.models import Mark, Membership, Organisation, Person, Power, SavedView

# One person never holds both on the same money; the administrator holds nothing else.
NEVER_TOGETHER = ((Power.Kind.FINANCE_MAKER, Power.Kind.FINANCE_CHECKER), (Power.Kind.AUDITOR, None), (Power.Kind.ADMINISTRATOR, None))


def grant_power(person: Person, power: str, *, by: Person, at: datetime, limit_cents: int | None = None, grade: str = "") -> Power:
    """This will let a person use a power of the funder from `at` on; granted already, the standing grant is returned.

    Refused for oneself, and where two powers must not meet in one person.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    held = Power.objects.filter(queries.at_moment(at), person=person)
    if (standing := held.filter(power=power).first()) and (standing.limit_cents, standing.grade) == (limit_cents, grade):
        return standing
    if person == by and not by.is_system:
        raise Refusal("power-for-oneself", what=_("Nobody grants a power to themselves."), next_step=_("Ask another administrator."))
    others = set(held.exclude(power=power).values_list("power", flat=True))
    for one, other in NEVER_TOGETHER:
        if (
            (power == one and (others if other is None else other in others))
            or (other is None and one in others)
            or (power == other and one in others)
        ):
            raise Refusal(
                "powers-apart",
                what=_("These two powers may not be held by one person."),
                why=_("Who orders a payment does not check it; who audits or administers does nothing else."),
                next_step=_("End the other power first, or choose another person."),
            )
    held.filter(power=power).update(ends_at=at)
    return Power.objects.create(person=person, power=power, limit_cents=limit_cents, grade=grade, starts_at=at, granted_by=by)


def end_power(person: Person, power: str, *, at: datetime) -> None:
    """This will end a power at `at`; ended already, nothing changes."""
    Power.objects.filter(Q(ends_at__isnull=True), person=person, power=power, starts_at__lte=at).update(ends_at=at)


def grant_membership(person: Person, organisation: Organisation, power: str, *, by: Person, at: datetime) -> Membership:
    """This will let a person act for an organisation from `at` on; granted already, the standing grant is returned."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    standing = Membership.objects.filter(queries.at_moment(at), person=person, organisation=organisation, power=power).first()
    return standing or Membership.objects.create(person=person, organisation=organisation, power=power, starts_at=at, granted_by=by)


def end_membership(person: Person, organisation: Organisation, power: str, *, at: datetime) -> None:
    """This will end what a person may do for an organisation; the last administrator stays, or nobody could let others in."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    held = Membership.objects.filter(queries.at_moment(at), organisation=organisation, power=power)
    if power == Membership.Power.ADMINISTRATOR and not held.exclude(person=person).exists():
        raise Refusal(
            "last-administrator",
            what=_("This is the organisation's last administrator."),
            next_step=_("Make another member an administrator first."),
        )
    held.filter(person=person).update(ends_at=at)


def choose_language(person: Person, language: str) -> None:
    """This will remember in which language to write to a person."""
    Person.objects.filter(pk=person.pk).exclude(language=language).update(language=language)


def mark_as_demonstration(*, at: datetime) -> None:
    """This will mark the whole database as a demonstration; refused once a real person is in it, and never undone."""
    if Person.objects.filter(is_demonstration=False, is_system=False).exists():
        raise Refusal(
            "not-a-demonstration",
            what=_("This database holds real persons, so it cannot become a demonstration."),
            next_step=_("Make the demonstration in a database of its own."),
        )
    Mark.objects.get_or_create(name=queries.DEMONSTRATION, defaults={"marked_at": at})


def mark_story(name: str, *, at: datetime) -> None:
    """This will mark that the demonstration's story is begun ("telling") or told to its end ("told")."""
    Mark.objects.get_or_create(name=name, defaults={"marked_at": at})


def save_view(person: Person, *, page: str, name: str, query: str, at: datetime) -> SavedView:
    """This will keep a list as one person left it; a view of the same name is replaced."""
    if not name.strip() or len(name) > 80 or len(query) > 1000:
        raise Refusal("view-name", what=_("Give the view a name of at most 80 characters."), field="name", status=422)
    kept = {"query": query, "saved_at": at}
    return SavedView.objects.update_or_create(person=person, page=page[:60], name=name.strip(), defaults=kept)[0]


def drop_view(person: Person, view_id: int) -> None:
    """This will forget one of a person's own views; forgotten already, nothing changes."""
    SavedView.objects.filter(pk=view_id, person=person).delete()
