"""Where a person may go from any page — e.g. a payment maker sees "Finance", an applicant "My applications".

Addresses, not url names, so that the shared room knows no desk; an address nobody serves yet is left out.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word


@dataclass
class Item:
    """One link; `is_current` when the reader is at or below its address."""

    title: str
    url: str
    is_current: bool = False


@dataclass
class Group:
    """Links under one heading of the desks' side navigation."""

    title: str
    items: list[Item] = field(default_factory=list)


PUBLIC = (
    (word("Find a scheme"), "/find/"),
    (word("Schemes"), "/schemes/"),
    (word("What was funded"), "/register/"),
    (word("Figures"), "/figures/"),
)
SIGNED_IN = ((word("My applications"), "/home/"),)
FOOT = ((word("Records you can check"), "/trust/"), (word("For programs"), "/api/v1/docs"))

# Heading, and under it (title, address, the powers any one of which opens it).
DESKS = (
    (
        word("Programme"),
        (
            (word("Cases"), "/desk/", {"officer", "authority"}),
            (word("Calls"), "/desk/calls/", {"officer"}),
            (word("Claims and evidence"), "/desk/claims/", {"officer"}),
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
        ),
    ),
    (
        word("Policy"),
        (
            (word("The whole chain"), "/policy/", {"policy"}),
            (word("Rules in force"), "/policy/rules/", {"policy"}),
            (word("Drafts"), "/policy/drafts/", {"policy"}),
            (word("Past cases"), "/policy/compare/", {"policy"}),
            (word("Figures given"), "/figures/given/", {"policy", "authority", "auditor"}),
        ),
    ),
    (word("Audit"), ((word("Replay"), "/audit/", {"auditor"}), (word("Who read what"), "/audit/readings/", {"auditor"}))),
    (word("House"), ((word("Powers"), "/desk/powers/", {"administrator"}),)),
)


@functools.cache
def is_served(address: str) -> bool:
    """This will say whether a page stands at an address."""
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


def _items(pairs: Iterable[tuple[str, str]], here: str) -> list[Item]:
    served = [(title, url) for title, url in pairs if is_served(url)]
    nearest = max((url for _title, url in served if here.startswith(url)), key=len, default="")
    return [Item(_(title), url, url == nearest) for title, url in served]


def public(here: str, is_signed_in: bool) -> list[Item]:
    """This will list what stands in the header of the public face."""
    return _items((*PUBLIC, *(SIGNED_IN if is_signed_in else ())), here)


def foot(here: str) -> list[Item]:
    """This will list what stands at the foot of every page."""
    return _items(FOOT, here)


def desks(here: str, powers: frozenset[str]) -> list[Group]:
    """This will list the desks these powers open, the deepest address that fits marked as current."""
    open_to = [(group, [(title, url) for title, url, any_of in items if any_of & powers]) for group, items in DESKS]
    every = [pair for _group, pairs in open_to for pair in pairs]
    current = {item.url for item in _items(every, here) if item.is_current}
    groups = []
    for title, pairs in open_to:
        items = [Item(_(name), url, url in current) for name, url in pairs if is_served(url)]
        if items:
            groups.append(Group(_(title), items))
    return groups
