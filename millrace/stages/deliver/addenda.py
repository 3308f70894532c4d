"""Words the difference between two terms, on pages and in the addendum that an approved change sends — e.g. "The project ends before:
1 April 2026 → 1 October 2026".
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core import changes, letters, named_terms, paper
from millrace.core.term_differences import Difference
from millrace.registers.cases.models import Case
from millrace.registers.messages.models import Letter
from millrace.registers.people.models import Organisation, Person
from millrace.stages.assess import post
from millrace.stages.award import heads, panels
from millrace.stages.award import queries as award
from millrace.stages.deliver import changing, gather
from millrace.stages.deliver.models import ChangeRequest
from millrace.web import words

NONE = "–"
Names = Sequence[named_terms.Difference]


def rows(case: Case, differences: Iterable[Difference], on: date) -> list[dict[str, str]]:
    """This will word differences in the reader's language: what, before, after."""
    found = list(differences)
    sponsors = Organisation.objects.in_bulk({one.key[0] for one in found if one.of == "pledge" and isinstance(one.key, tuple)})
    row, named = award.terms_row(case, on), heads.words_of(case)
    titles = {
        "milestone": row.milestone_titles if row else {},
        "deliverable": row.deliverable_titles if row else {},
    }

    def what(one: Difference) -> str:
        key: Any = one.key
        match one.of:
            case "starts_on":
                return _("The project starts on")
            case "ends_before":
                return _("The project ends before")
            case "grant":
                return _("Funding of at most")
            case "stage":
                return _("Grant of stage %(number)s") % {"number": key}
            case "head":
                return named.get(key, str(key).replace("_", " ").capitalize())
            case "instalment":
                return _("Instalment %(number)s") % {"number": key}
            case "milestone":
                return titles["milestone"].get(str(key)) or _("Milestone %(number)s") % {"number": key}
            case "deliverable":
                return titles["deliverable"].get(str(key)) or _("Deliverable %(number)s") % {"number": key}
            case "report":
                return _("Report %(number)s due on") % {"number": key}
            case "pledge":
                in_kind = key[1] == "in_kind"
                worded = _("%(sponsor)s, in kind") if in_kind else _("%(sponsor)s, in cash")
                return worded % {"sponsor": sponsors.get(key[0], key[0])}
            case "matching_day":
                return _("Matching money for instalment %(number)s, by") % {"number": key}
            case "matching":
                return _("Matching money for instalment %(number)s") % {"number": key}
            case _:
                return _("Change request %(number)s") % {"number": key}

    return [{"what": what(one), "before": _said(one, one.before, case), "after": _said(one, one.after, case)} for one in found]


def named_rows(differences: Iterable[named_terms.Difference]) -> list[dict[str, str]]:
    """This will word who or what is named otherwise, as `rows` does other terms."""
    found = [(f"{_(panels.NAMED[one.kind])}: {one.role}", one) for one in differences]
    return [{"what": what, "before": one.before or NONE, "after": one.after or NONE} for what, one in found]


def named(case: Case, change: ChangeRequest, on: date) -> tuple[named_terms.Difference, ...]:
    """This will say what a request would have the terms of a day name otherwise."""
    held = changing.named_on(case, on)
    return named_terms.between(held, named_terms.replaced(held, changing.asked_of(change).named))


def _said(one: Difference, value: int | date | None, case: Case) -> str:
    if value is None:
        return NONE
    if isinstance(value, date):
        return words.day(value)
    return _("part of the agreement") if one.of == "change" else words.amount(value, case.unit)


def lines(case: Case, change: ChangeRequest, said: changes.Consequences, names: Names, on: date) -> list[str]:
    """This will be what the agreement says from now on, one line each; a change of words alone says those words."""
    differing = [*named_rows(names), *rows(case, said.differences, on)]
    told = [f"{row['what']}: {row['after']} ({row['before']})" for row in differing if row["before"] != NONE]
    told += [f"{row['what']}: {row['after']}" for row in named_rows(one for one in names if not one.before)]
    told += [f"{row['what']}: {row['after']}" for row in rows(case, _new(said), on)]
    return [*([change.description] if change.description else []), *told]


def _new(said: changes.Consequences) -> list[Difference]:
    return [one for one in said.differences if one.before is None and one.of != "change"]


def _values(case: Case, change: ChangeRequest, said: changes.Consequences, names: Names, on: date) -> dict[str, Any]:
    agreed = lines(case, change, said, names, on) or [_("What is described in the request.")]
    return {"number": len(said.after.changes), "change": change.get_kind_display(), "agreed_on": on, "changes": agreed}


def language_of(case: Case) -> str:
    """This will name the language the applicant is written to in."""
    return post.language_of(case)


def preview(case: Case, change: ChangeRequest, said: changes.Consequences, on: date) -> letters.Filled | None:
    """This will fill the addendum as it would be sent today, in the language the applicant is written to in."""
    book, language = changing.book_of(case), post.language_of(case)
    if book is None or "addendum" not in book.letters:
        return None
    with translation.override(language):
        values = {**_values(case, change, said, named(case, change, on), on), "reference": case.reference, "project": case.title}
        name = (case.lead.name_zh if language.startswith("zh") else "") or case.lead.name
        values |= {"applicant": name, "scheme": book.title.said_in(language)}
        plain = {name: value if isinstance(value, str) else _plain(value) for name, value in values.items()}
    return letters.fill(book.letters["addendum"], plain, language=language)


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return words.day(value)
    return paper.items(*value) if isinstance(value, list) else str(value)


def send(
    case: Case, change: ChangeRequest, said: changes.Consequences, names: Names, *, event_id: int, by: Person, at: datetime
) -> Letter | None:
    """This will write the addendum into the transaction; a version published before there were addenda sends none."""
    book = changing.book_of(case)
    if book is None or "addendum" not in book.letters:
        return None
    with translation.override(post.language_of(case)):
        values = _values(case, change, said, names, gather.local_day(at))
    return post.send(case, "addendum", values, event_id=event_id, by=by, at=at)
