"""Records that an organisation has a new name — e.g. Harbour Optics Ltd, from 3 March 2025 Harbour Photonics Ltd.

The old name stays on record with its last day, and every case of the organisation is found by it as before.
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import identity
from millrace.core.refusal import Refusal
from millrace.registers.cases import searching
from millrace.registers.cases.models import Case
from millrace.registers.people.models import FormerName, Organisation, Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms

UNCHANGED = _("The name was not changed.")


def rename_organisation(
    organisation: Organisation, *, name: str, name_zh: str, renamed_on: date, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will give a confirmed organisation the names on its new certificate, from `renamed_on`; letters sent keep the old ones.

    Refused for a day still to come or not after the last change, for the name it has, and to whoever registered it.
    """
    name, name_zh = identity.tidy_name(name), identity.tidy_name(name_zh)
    with transaction.atomic(durable=True):
        organisation = locks.lock_organisation(organisation)
        if done := timeline.replay(command):
            return done
        _must_be_renamed(organisation, (name or name_zh, name_zh), renamed_on, by=by, at=at)
        FormerName.objects.create(
            organisation=organisation,
            name=organisation.name,
            name_zh=organisation.name_zh,
            until_on=renamed_on,
            recorded_at=at,
            recorded_by=by,
        )
        organisation.name, organisation.name_zh = name or name_zh, name_zh
        organisation.save(update_fields=["name", "name_zh"])
        _find_by_both_names(organisation)
        return timeline.record(
            "organisation_renamed", command=command, by=by, at=at, organisation=organisation, happened_on=renamed_on, facts={}
        )


def _must_be_renamed(organisation: Organisation, names: tuple[str, str], renamed_on: date, *, by: Person, at: datetime) -> None:
    if organisation.confirmed_at is None:
        raise Refusal(
            "not-confirmed",
            what=UNCHANGED,
            why=_("No officer has confirmed the organisation under the name it has."),
            next_step=_("Confirm it first."),
        )
    if organisation.registered_by_id == by.pk:
        raise Refusal(
            "own-organisation",
            what=UNCHANGED,
            why=_("Nobody renames an organisation that they registered themselves."),
            next_step=_("Ask a colleague to record the change."),
        )
    if not names[0]:
        raise _no("name-missing", "name", _("It has no name yet."), _("Give its name in English, in Chinese or in both."))
    if names == (organisation.name, organisation.name_zh):
        raise _no("same-name", "name", _("It is the name the organisation has."), _("Copy the new name from the certificate."))
    last = FormerName.objects.filter(organisation=organisation).order_by("-until_on").first()
    if renamed_on > terms.local_day(at) or (last is not None and renamed_on <= last.until_on):
        why = _("The day is still to come, or not after the last change of name.")
        raise _no("rename-day", "renamed_on", why, _("Copy the day from the certificate of change of name."))


def _no(code: str, field: str, why: str, next_step: str) -> Refusal:
    return Refusal(code, what=UNCHANGED, why=why, next_step=next_step, field=field, status=422)


def _find_by_both_names(organisation: Organisation) -> None:
    """Locked before they are read: a draft being saved meanwhile writes its title before this, or the new name after it."""
    cases = list(Case.every.select_for_update(no_key=True).filter(lead=organisation).defer("search_grams").order_by("pk"))
    for case in cases:
        case.lead = organisation
        case.search_text = searching.text_of(case)
    Case.every.bulk_update(cases, ["search_text"], batch_size=500)
