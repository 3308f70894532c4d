"""Folded catalogues say what they said before, in one look for each way of counting."""

import pytest
from django.conf import settings
from django.utils.translation import trans_real

from millrace.site import catalogues


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_folding_changes_no_sentence(language: str) -> None:
    held = trans_real.DjangoTranslation(language)._catalog  # read anew: the one in use may be folded already
    keys, known = set(held.keys()), list(held._catalogs)
    before = {key: held.get(key) for key in keys}
    kept, plurals = catalogues.folded(known, held._plurals)
    after = {key: next(one[key] for one in kept if key in one) for key in before}
    assert after == before and before
    assert len(kept) == len(plurals) <= 2 < len(known)
    assert known == held._catalogs


def test_those_that_count_otherwise_stay_apart() -> None:
    one, other = (lambda n: 0), (lambda n: int(n != 1))
    kept, plurals = catalogues.folded([{"a": "1"}, {"a": "2", "b": "2"}, {"b": "3", "c": "3"}], [one, one, other])
    assert kept == [{"a": "1", "b": "2"}, {"b": "3", "c": "3"}] and plurals == [one, other]
