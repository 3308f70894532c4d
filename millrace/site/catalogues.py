"""Folds the catalogues of a language into as few as their plurals allow — e.g. one look for “草稿” instead of one per app.

Django keeps every app's catalogue apart, since their plurals may differ, and looks through them all for each sentence of a page.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import trans_real

COUNTS = range(200)


def fold() -> None:
    """This will fold the catalogues of each language offered; a Django that keeps them otherwise is left as it is."""
    for language, _name in settings.LANGUAGES:
        catalogue = trans_real.translation(language)._catalog
        if isinstance(getattr(catalogue, "_catalogs", None), list) and isinstance(getattr(catalogue, "_plurals", None), list):
            catalogue._catalogs, catalogue._plurals = folded(catalogue._catalogs, catalogue._plurals)


def folded(catalogues: list[dict[Any, str]], plurals: list[Any]) -> tuple[list[dict[Any, str]], list[Any]]:
    """This will merge neighbours that count alike; of two that know a sentence, the one in front is heard."""
    kept: list[dict[Any, str]] = []
    rules: list[Any] = []
    for catalogue, plural in zip(catalogues, plurals, strict=True):
        if rules and [rules[-1](count) for count in COUNTS] == [plural(count) for count in COUNTS]:
            kept[-1] = {**catalogue, **kept[-1]}
        else:
            kept.append(dict(catalogue))
            rules.append(plural)
    return kept, rules
