"""Says what one policy says that another does not, rule by rule — e.g. NIFS v2: `projects-at-a-time` from one to three.

The earlier may be what is published and the later a draft, or two folders side by side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from millrace.core.rules import explain
from millrace.core.rules.rulebook import Rule, Scheme, SchemeVersion


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: the scheme, the version, the rule where it is one, and the statements before and after."""

    scheme: str
    version: str
    rule: str
    how: str  # new | gone | changed
    before: str = ""
    after: str = ""

    def line(self) -> str:
        """This will say it in one line for a terminal."""
        mark = {"new": "+", "gone": "-", "changed": "~"}[self.how]
        told = self.after or self.before
        was = f"  (was: {self.before})" if self.how == "changed" and self.before != self.after else ""
        return f"{mark} {self.scheme} {self.version} {self.rule}: {told}{was}".replace("  :", ":")

    def as_data(self) -> dict[str, str]:
        """This will give it as plain data."""
        return asdict(self)


def between(earlier: Mapping[str, Scheme], later: Mapping[str, Scheme], language: str) -> list[Difference]:
    """This will list every difference, in the order of the schemes' names and their versions."""
    found: list[Difference] = []
    for slug in sorted({*earlier, *later}):
        before = {version.id: version for version in earlier[slug].versions} if slug in earlier else {}
        after = {version.id: version for version in later[slug].versions} if slug in later else {}
        for name in dict.fromkeys([*before, *after]):
            found += _versions(slug, name, before.get(name), after.get(name), language)
    return found


def _versions(slug: str, name: str, old: SchemeVersion | None, new: SchemeVersion | None, language: str) -> Iterator[Difference]:
    if old is None or new is None:
        version = new or old
        assert version is not None
        how = "gone" if new is None else "new"
        yield Difference(slug, name, "", how, after=f"{version.title.said_in(language)}, from {version.starts}")
        return
    if old.sha256 == new.sha256:
        return
    said = list(rules(old, new, language))
    yield from said
    if not said:
        yield Difference(slug, name, "", "changed", after="its form, letters, steps or wording")


def rules(old: SchemeVersion, new: SchemeVersion, language: str) -> Iterator[Difference]:
    """This will list the rules that two versions say differently."""
    earlier, later = ({rule.id: rule for rule in version.rules} for version in (old, new))
    for name in dict.fromkeys([*earlier, *later]):
        before, after = earlier.get(name), later.get(name)
        if before is None or after is None or _meaning(before) != _meaning(after):
            how = "new" if before is None else "gone" if after is None else "changed"
            told = [explain.statement(rule, version, language) if rule else "" for rule, version in ((before, old), (after, new))]
            yield Difference(new.scheme, new.id, name, how, *told)


def _meaning(rule: Rule) -> tuple[object, ...]:
    return rule.kind, rule.body, rule.when, rule.moments, rule.statement, rule.is_published
