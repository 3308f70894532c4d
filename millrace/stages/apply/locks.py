"""The order in which rows are locked, the same in every action — e.g. Harbour Precision Ltd first, then its NIFS case.

A limit of who benefits, and one of all applicants together, has a lock of its own, taken in that order after those two and before
anything is posted.

The locks are FOR NO KEY UPDATE: they wait for one another but not for a foreign key that merely points at the row.
"""

from django.db import connection

from millrace.core.rules.facts import OF_ALL
from millrace.core.rules.rulebook import SchemeVersion
from millrace.registers.cases.models import Case
from millrace.registers.people import prepared
from millrace.registers.people.models import Organisation

_lead = prepared.Prepared(lambda lead: Organisation.objects.select_for_update(no_key=True).filter(pk=lead).values_list("pk"), lead=int)
_case = prepared.Prepared(
    lambda case: (
        Case.every.select_for_update(no_key=True, of=("self",))
        .select_related("lead", "scheme_version", "opened_by")
        .defer("scheme_version__text")
        .filter(pk=case)
    ),
    case=int,
)


def lock_case(case: Case) -> Case:
    """This will lock the case's applicant, then the case, and give the case as it is now."""
    _lead(lead=case.lead_id)
    return _case(case=case.pk)[0]


def lock_organisation(organisation: Organisation) -> Organisation:
    """This will lock one organisation and give it as it is now."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def lock_what_others_share(book: SchemeVersion, beneficiary: str = "") -> None:
    """This will let one decision at a time count what other applicants' cases share: two universities must not both get the third
    institute, nor each fund one start-up up to its limit."""
    lock_beneficiary(book, beneficiary)
    for scheme in sorted({counted.scheme or book.scheme for counted in book.counted.values() if counted.measure in OF_ALL}):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7231009, hashtext(%s))", [scheme])


def lock_beneficiary(book: SchemeVersion, beneficiary: str) -> None:
    """This will let one judgement at a time count what a beneficiary has, where a rule limits that."""
    if beneficiary and book.counts_of_beneficiary:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7231010, hashtext(%s))", [beneficiary])
