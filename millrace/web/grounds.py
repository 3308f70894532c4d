"""Why somebody may see a case, in words — e.g. the relation "power:officer" is shown as "Programme officer"."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.registers.cases.models import Standing
from millrace.registers.people.models import Membership, Power

NO = {
    "conflicted": word("No: a conflict of interest closes the case to this person, whatever else they may do."),
    "no-relation": word("No: nothing this person holds opens the case."),
    "not-signed-in": word("No: this person does not sign in."),
}
ROLES = {"lead": word("Lead applicant"), "partner": word("Partner"), "sponsor": word("Sponsor")}


def ground(relation: str) -> str:
    """This will put a relation of `core/access.py` into words: "party:lead:signatory" → "Lead applicant: Authorised person"."""
    kind, name, *rest = relation.split(":")
    if kind == "power" and name in Power.Kind.values:
        return _(Power.Kind(name).label)
    if kind == "standing" and name in Standing.Relation.values:
        return _(Standing.Relation(name).label)
    if kind == "party" and rest and rest[0] in Membership.Power.values:
        return _("%(role)s: %(power)s") % {"role": _(ROLES.get(name, name)), "power": _(Membership.Power(rest[0]).label)}
    return relation


def because(reason: str) -> str:
    """This will say a decision's reason: why not, or as what."""
    return _(NO[reason]) if reason in NO else ground(reason)
