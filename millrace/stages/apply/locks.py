"""The order in which rows are locked, the same in every action — e.g. Harbour Precision Ltd first, then its NIFS case.

A limit of all applicants together has a lock of its scheme's, taken after those two and before anything is posted.

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


def lock_what_all_share(book: SchemeVersion) -> None:
    """This will let one decision at a time count what all applicants share: two universities must not both get the third institute."""
    for scheme in sorted({counted.scheme or book.scheme for counted in book.counted.values() if counted.measure in OF_ALL}):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7231009, hashtext(%s))", [scheme])
