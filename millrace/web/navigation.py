"""Where a person may go from any page — e.g. a payment maker sees "Finance", an applicant "My applications".

Addresses, not url names, so that the shared room knows no desk; an address nobody serves yet is left out.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word


@dataclass(frozen=True)
class Item:
    """One link; `is_current` when the reader is at or below its address."""

    title: str
    url: str
    is_current: bool = False


@dataclass(frozen=True)
class Group:
    """Links under one heading of the desks' side navigation."""

    title: str
    items: tuple[Item, ...] = ()


Pair: TypeAlias = tuple[str, str]  # a title to be worded, and an address
PUBLIC = (
    (word("Find a scheme"), "/find/"),
    (word("Schemes"), "/schemes/"),
    (word("What was funded"), "/register/"),
    (word("Figures"), "/figures/"),
)
FOR_SIGNED_IN = (*PUBLIC, (word("My applications"), "/home/"))
FOOT = ((word("Records you can check"), "/trust/"), (word("How to cite"), "/cite/"), (word("For programs"), "/api/v1/docs"))

# Heading, and under it (title, address, the powers any one of which opens it).
DESKS = (
    (
        word("Programme"),
        (
            (word("Cases"), "/desk/", {"officer", "authority"}),
            (word("Calls"), "/desk/calls/", {"officer"}),
            (word("Enquiries"), "/desk/enquiries/", {"officer"}),
            (word("Claims and evidence"), "/desk/claims/", {"officer"}),
            (word("Changes and reports"), "/desk/changes/", {"officer", "authority"}),
            (word("Meetings"), "/desk/meetings/", {"officer", "committee", "authority"}),
            (word("Organisations"), "/desk/organisations/", {"officer"}),
        ),
    ),
    (word("Assessment"), ((word("My reviews"), "/reviews/", {"assessor", "committee"}),)),
    (
        word("Finance"),
        (
            (word("Envelopes"), "/finance/", {"finance", "finance_maker", "finance_checker"}),
            (word("Funds"), "/finance/funds/", {"finance", "policy", "authority"}),
            (word("Claims"), "/finance/claims/", {"finance", "finance_maker", "finance_checker"}),
            (word("Payment runs"), "/finance/runs/", {"finance", "finance_maker", "finance_checker"}),
            (word("Exchange rates"), "/desk/exchange-rates/", {"finance"}),
            (word("Audit samples"), "/desk/audit-samples/", {"finance"}),
        ),
    ),
    (
        word("Policy"),
        (
            (word("The whole chain"), "/policy/", {"policy"}),
            (word("Enquiries"), "/desk/enquiries/", {"policy"}),
            (word("Rules in force"), "/policy/rules/", {"policy"}),
            (word("Service clock"), "/policy/service/", {"policy", "authority", "officer", "auditor"}),
            (word("Drafts"), "/policy/drafts/", {"policy"}),
            (word("Past cases"), "/policy/compare/", {"policy"}),
            (word("Forecasts"), "/policy/forecast/", {"policy"}),
            (word("Figures given"), "/figures/given/", {"policy", "authority", "auditor"}),
            (word("Replies"), "/replies/drafts/", {"policy", "authority", "auditor"}),
        ),
    ),
    (
        word("Audit"),
        (
            (word("Replay"), "/audit/", {"auditor"}),
            (word("Samples"), "/desk/audit-samples/", {"auditor"}),
            (word("Who read what"), "/audit/readings/", {"auditor"}),
        ),
    ),
    (word("House"), ((word("Powers"), "/desk/powers/", {"administrator"}), (word("Facilities"), "/desk/facilities/", {"administrator"}))),
)


@functools.cache
def is_served(address: str) -> bool:
    """This will say whether a page stands at an address."""
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


def _nearest(pairs: Iterable[Pair], here: str) -> str:
    return max((url for _title, url in pairs if here.startswith(url) and is_served(url)), key=len, default="")


@functools.cache
def _items(pairs: tuple[Pair, ...], nearest: str, language: str) -> tuple[Item, ...]:
    """The frame of every page has the same few, so they are worded once per language and place."""
    return tuple(Item(_(title), url, url == nearest) for title, url in pairs if is_served(url))


def public(here: str, is_signed_in: bool) -> tuple[Item, ...]:
    """This will list what stands in the header of the public face."""
    pairs = FOR_SIGNED_IN if is_signed_in else PUBLIC
    return _items(pairs, _nearest(pairs, here), translation.get_language() or "")


def foot(here: str) -> tuple[Item, ...]:
    """This will list what stands at the foot of every page."""
    return _items(FOOT, _nearest(FOOT, here), translation.get_language() or "")


def desks(here: str, powers: frozenset[str]) -> list[Group]:
    """This will list the desks these powers open, the deepest address that fits marked as current."""
    if not powers:
        return []
    open_to = [(group, [(title, url) for title, url, any_of in items if any_of & powers]) for group, items in DESKS]
    every = [pair for _group, pairs in open_to for pair in pairs]
    nearest, language = _nearest(every, here), translation.get_language() or ""
    groups = []
    for title, pairs in open_to:
        if items := _items(tuple(pairs), nearest, language):
            groups.append(Group(_(title), items))
    return groups
