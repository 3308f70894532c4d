"""A text in every language of a policy, as a person will read it.

The title of one scheme is "New Industrialisation Funding Scheme" in English and 新型工業化資助計劃
in Traditional Chinese.
"""

import re
import weakref
from collections.abc import Mapping
from dataclasses import dataclass

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Text:
    """One meaning in several languages; languages are keys such as en, zh_hant, zh_hans."""

    wordings: tuple[tuple[str, str], ...] = ()

    def said_in(self, language: str) -> str:
        """Give the wording in a language ("zh-hant" and "zh_hant" are the same one), or else in
        the first language there is: a missing wording must never hide a rule."""
        for key, wording in self.wordings:
            if key == language:
                return wording
        wanted = language.lower().replace("-", "_")
        for key, wording in self.wordings if wanted != language else ():
            if key == wanted:
                return wording
        return self.wordings[0][1] if self.wordings else ""

    @property
    def languages(self) -> frozenset[str]:
        """Name the languages it is worded in."""
        return frozenset(key for key, _ in self.wordings)

    @property
    def places(self) -> dict[str, frozenset[str]]:
        """Name, for each language, the {places} that its wording leaves to be filled."""
        return {key: frozenset(_PLACE.findall(wording)) for key, wording in self.wordings}

    def __bool__(self) -> bool:
        return any(wording for _, wording in self.wordings)


def text(by_language: Mapping[str, str]) -> Text:
    """Build a text from {"en": …, "zh_hant": …}, keeping the order given. The same wordings are one text: the versions of a
    scheme, and schemes among themselves, say most things alike, and a process holds all of them."""
    wordings = tuple(by_language.items())
    return _held.setdefault(wordings, Text(wordings))


_held: "weakref.WeakValueDictionary[tuple[tuple[str, str], ...], Text]" = weakref.WeakValueDictionary()


def filled(wording: str, values: Mapping[str, str]) -> str:
    """Fill the {places} of a wording; a place without a value stays as it stands, so that a
    mistake is seen instead of vanishing. Nothing else in the wording has a meaning."""
    return wording if "{" not in wording else _PLACE.sub(lambda place: values.get(place[1], place[0]), wording)
