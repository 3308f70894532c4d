"""What the policy desk gathers: what was published when, and what two versions say differently.

For example: the ceiling per applicant that the NIFS version of 8 January 2024 has and the one of 2020 has not.
"""

from millrace.core.rules.rulebook import Rule, SchemeVersion
from millrace.registers.policy import models


def publications(scheme: str) -> list[models.SchemeVersion]:
    """This will list every text of a scheme ever published, errata among them, newest first."""
    rows = models.SchemeVersion.objects.filter(scheme=scheme).defer("text").select_related("published_by")
    return list(rows.order_by("-published_at", "-id"))


def changed(before: SchemeVersion, after: SchemeVersion) -> list[tuple[Rule | None, Rule | None]]:
    """This will pair the rules that two versions say differently; None where a version does not have the rule."""
    earlier, later = ({rule.id: rule for rule in version.rules} for version in (before, after))
    names = dict.fromkeys([*earlier, *later])
    pairs = [(earlier.get(name), later.get(name)) for name in names]
    return [(old, new) for old, new in pairs if old is None or new is None or (old.body, old.statement) != (new.body, new.statement)]
