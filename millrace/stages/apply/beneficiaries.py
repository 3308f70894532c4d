"""Who benefits from a case, by the registration number its form asks for — e.g. the start-up for which a university applies.

A limit of a beneficiary holds over all cases that name it, whichever organisation leads them; the number is brought to one written
form, so that 12345678 and 12345678-000-01-24-1 are the same start-up.
"""

from collections.abc import Mapping
from typing import Any

from millrace.core import identity
from millrace.core.rules.form import Form, is_shown
from millrace.registers.policy import queries as policy


def number(form: Form, answers: Mapping[str, Any]) -> identity.Number | None:
    """This will read the number that names who benefits, good or not; None where the form asks none or nothing is answered yet."""
    asked = form.beneficiary
    if asked is None or not is_shown(asked, answers, form):
        return None
    written = answers.get(asked.id)
    kind = policy.number_kinds().get(asked.beneficiary)
    if kind is None or not isinstance(written, str) or not written.strip():
        return None
    return identity.registration(kind, written)


def key(form: Form, answers: Mapping[str, Any]) -> str:
    """This will name who benefits the one way it is kept and counted; "" while no good number is given."""
    found = number(form, answers)
    return f"{found.kind}:{found.number}" if found is not None and found.is_good else ""
