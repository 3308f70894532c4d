"""What the policy desk is asked: the day it speaks of, the seal it is known at, and who asks — e.g. 31 March 2026 at seal 4,211.

A case in which the reader has declared an interest is in no number, picture or list of theirs; everything kept is kept apart by that.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest

from millrace.core.policy_folder.blueprint import NOTHING_SAID, Blueprint
from millrace.core.policy_folder.funder import Funder
from millrace.core.policy_folder.funds import Fund
from millrace.registers.cases.models import Standing
from millrace.registers.people import queries as people
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import forms
from millrace.stages.learn import queries as learn
from millrace.web import funder

READ_AT_MOST = 50
_read: dict[bytes, dict[str, Any]] = {}
NOTHING_PLANNED = Blueprint((), (), (), NOTHING_SAID)


@dataclass(frozen=True)
class Asked:
    """One question to the desk; `papers` are the policy's as they stood published when the seal was stamped."""

    as_at: date
    seal: Seal
    last: Seal
    hidden: tuple[int, ...]
    papers: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def is_now(self) -> bool:
        """Say whether it asks for what is known now."""
        return self.seal.number == self.last.number

    @property
    def known(self) -> Q:
        """This will be the sheet's rows known at the seal, those of now by their own index."""
        now = Q(known_before__isnull=True)
        return now if self.is_now else Q(known_from__lte=self.seal.number) & (now | Q(known_before__gt=self.seal.number))

    @property
    def funder(self) -> Funder | None:
        """Give who the funder was, by what was published then."""
        return self.papers.get("funder")

    @property
    def blueprint(self) -> Blueprint:
        """Give the plan as it was published then."""
        return self.papers.get("blueprint", NOTHING_PLANNED)

    @property
    def funds(self) -> tuple[Fund, ...]:
        """Give the funds as they were published then."""
        return self.papers.get("funds", ())

    @property
    def query(self) -> str:
        """This will be the part of an address that repeats the question for ever."""
        return urlencode({"as-at": self.as_at.isoformat(), "seal": self.seal.number})

    def address(self, path: str, **more: Any) -> str:
        """This will be an address of the same day and seal."""
        told = {name: value for name, value in more.items() if value}
        return f"{path}?{urlencode({**told, 'as-at': self.as_at, 'seal': self.seal.number})}"


def _papers(seal: Seal) -> dict[str, Any]:
    """What was published by a seal is asked once in a process: the seal's chained hash stands for it."""
    key = bytes(seal.chain)
    if key not in _read:
        if len(_read) >= READ_AT_MOST:
            _read.clear()
        _read[key] = learn.papers_known(seal.number, "funder", "blueprint", "funds")
    return _read[key]


def read(request: HttpRequest, form: forms.QuestionForm) -> Asked:
    """This will read a valid question off an address; empty is today, as known now."""
    told = form.cleaned_data if form.is_bound else {}
    last = learn.last_seal()
    seal = last
    if told.get("seal"):
        seal = learn.seal_numbered(told["seal"])
    elif told.get("as_known"):
        seal = learn.seal_as_known(funder.in_zone(told["as_known"]))
    as_at = told.get("as_at") or request.at.astimezone(funder.current().zone).date()
    return Asked(as_at, seal, last, _hidden(request), _papers(seal))


def _hidden(request: HttpRequest) -> tuple[int, ...]:
    own = Standing.objects.filter(people.at_moment(request.at), person_id=request.actor.person_id, relation="conflicted")
    return tuple(sorted(set(own.values_list("case_id", flat=True))))
