"""The desk on one page of paper, in three languages — e.g. what stood on 31 March 2026 as known at seal 4,211, with its pictures.

Made of the same numbers as the page, from the same seal: the same question gives the same file for ever.
"""

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core.pictures import drawing
from millrace.core.refusal import Refusal
from millrace.desks.policy import asked as asking
from millrace.desks.policy import gathering, pages, pictures, targets
from millrace.desks.policy.asked import Asked
from millrace.desks.policy.pictures import Cell, Shown
from millrace.registers.messages import pdf
from millrace.stages.learn import forms
from millrace.web import funder, words
from millrace.web.access import entry
from millrace.web.forms import said

_TEMPLATE = Path(__file__).with_name("briefing.typ")
LANGUAGES = ("en", "zh-hant", "zh-hans")
# The colours of a picture on paper: no stylesheet reaches there.
_STYLES = (
    "text{{font-family:'{font}';font-size:12px;fill:#12222e}}.label{{font-size:13px}}.small{{font-size:11.5px}}.note{{font-size:11.5px;fill:#4a5b67}}"
    ".part0,.bar,.came-dot,.layer4{{fill:#00566b}}.part1,.layer1{{fill:#b26a00}}.part2,.layer3{{fill:#5d6f7b}}.part3,.layer2{{fill:#7d4a9a}}"
    ".layer0{{fill:#00566b;opacity:.3}}.flow{{fill:#00566b;opacity:.28}}.track,.shade0{{fill:#e8edf0}}.shade1{{fill:#cfe6ed}}.shade2{{fill:#93c6d6}}"
    ".shade3{{fill:#23738b}}.shade4{{fill:#00475a}}.dark{{fill:#ffffff}}.axis{{stroke:#66757f;fill:none}}"
    ".aim{{stroke:#5d6f7b;stroke-width:2;stroke-dasharray:5 4;fill:none}}.came{{stroke:#00566b;stroke-width:3;fill:none}}"
    ".aim-dot{{fill:#ffffff;stroke:#5d6f7b;stroke-width:2}}"
)
# The colours beside the words of a picture's key, as a reader sees them on white.
_KEYS = {
    "layer0": "#b3ccd3",
    "layer1": "#b26a00",
    "layer2": "#7d4a9a",
    "layer3": "#5d6f7b",
    "layer4": "#00566b",
    "aim-dot": "#b4bec5",
    "came-dot": "#00566b",
}
_FACES = {"en": "Noto Sans CJK HK", "zh-hant": "Noto Sans CJK HK", "zh-hans": "Noto Sans CJK SC"}
SLOPES = 4


@entry(power="policy")
def download(request: HttpRequest, language: str) -> HttpResponse:
    """This will give the briefing as a PDF in one of the languages."""
    form = forms.QuestionForm(request.GET or None)
    if language not in LANGUAGES or (form.is_bound and not form.is_valid()):
        raise Refusal.not_found()
    asked = asking.read(request, form)
    if asked.funder is None:
        raise Refusal.not_found()
    answer = HttpResponse(made(asked, language), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="briefing-{asked.as_at}-seal-{asked.seal.number}.{language}.pdf"'
    return answer


def made(asked: Asked, language: str) -> bytes:
    """This will make the file, or give it as it was made before."""
    with translation.override(language):
        return gathering.once(
            asked, "briefing", lambda: pdf.compiled(_TEMPLATE, _content(asked, language), language=language.replace("-", "_"))
        )


def _content(asked: Asked, language: str) -> dict[str, Any]:
    held = gathering.held(asked)
    shown = [gathering.chain(asked), gathering.partners(asked), gathering.burn_down(asked), _longest(asked)]
    slopes = [pictures.of_target(one) for one in held if one.is_drawn][:SLOPES]
    day, seal, moment = words.day(asked.as_at), words.count(asked.seal.number), words.moment(asked.seal.sealed_at, funder.current().zone)
    return {
        "title": _("Briefing: the whole chain"),
        "sender": funder.current().name,
        "at": _("As at %(day)s, as known at seal %(seal)s (%(moment)s)") % {"day": day, "seal": seal, "moment": moment},
        "mark": f"/policy/?{asked.query} · SHA-256 {bytes(asked.seal.chain).hex()}",
        "tables": [_cases(asked), _money(asked), _targets(held)],
        "pictures": [_drawn(one, language) for one in shown if one and one.picture],
        "slopes": [_drawn(one, language) for one in slopes],
        "lines": _lines(asked),
    }


def _longest(asked: Asked) -> Shown | None:
    """The funnel of the scheme with most applications."""
    counted = gathering.counted(asked)
    most = max(counted, key=lambda scheme: (counted[scheme].received, scheme), default="")
    return gathering.funnel(asked, most)


def _drawn(shown: Shown, language: str) -> dict[str, Any]:
    assert shown.picture is not None
    styles = _STYLES.format(font=_FACES[language])
    svg = drawing.svg(shown.picture, title=shown.title, told=shown.told, name=shown.id, styles=styles)
    return {
        "title": shown.title,
        "svg": svg,
        "alt": f"{shown.title}. {shown.told}",
        "keys": [[label, _KEYS[kind]] for kind, label in shown.keys],
    }


def _table(title: str, head: list[str], rows: list[list[str]], note: str = "", right: range | None = None) -> dict[str, Any]:
    return {"title": title, "head": head, "rows": rows, "note": note, "right": list(right if right is not None else range(1, len(head)))}


def _cases(asked: Asked) -> dict[str, Any]:
    """One line for each part of the chain."""
    labels = pages.states()
    rows = [[part["title"], *_texts(part)] for part in pages.pipeline(asked)]
    return _table(_("From enquiry to completion"), ["", *labels], [[*row, *["0"] * (len(labels) + 1 - len(row))] for row in rows])


def _texts(part: dict[str, Any]) -> list[str]:
    cells: list[tuple[str, Cell]] = part["total"] or (part["rows"][0]["cells"] if part["rows"] else [])
    return [cell.text for _label, cell in cells]


def _money(asked: Asked) -> dict[str, Any]:
    """Each envelope of which something is taken."""
    rows = [row for row in pages.envelopes(asked) if row["is_taken"]]
    head = ["", *(label for label, _amount, _opens in rows[0]["cells"])] if rows else [""]
    return _table(
        _("What was voted, and where it stands"),
        head,
        [[row["title"], *(amount for _label, amount, _opens in row["cells"])] for row in rows],
    )


def _targets(held: list[targets.Held]) -> dict[str, Any]:
    head = [_("Target"), _("Base"), _("To be reached"), _("Came of it"), _("Source")]
    rows = [
        [
            one.title,
            targets.milestone(one.target.base) or "–",
            ", ".join(targets.milestone(each) for each in one.target.milestones) or "–",
            f"{one.last.told} ({targets.day(one.last)})" if one.last else "–",
            one.last.source if one.last and one.last.source else said(one.target.source.title),
        ]
        for one in held
    ]
    differs = " ".join(f"{one.title}: {one.differs}" for one in held if one.differs and one.last)
    return _table(_("Targets, and what came of them"), head, rows, differs, range(0))


def _lines(asked: Asked) -> list[str]:
    late = [
        f"{words.count(len(one.cases))} "
        + _("of %(scheme)s beyond %(days)s working days (%(stage)s)")
        % {"scheme": one.title, "days": words.count(one.pledge.working_days), "stage": one.stage}
        for one in gathering.late(asked)
    ]
    coming = [f"{one.title}: {_('from %(start)s') % {'start': words.start(one.starts_on)}}" for one in gathering.coming(asked)]
    visited = gathering.visited(asked)[:3]
    went = [f"{one.place}, {words.day(one.starts_on)} ({one.aim})" for one in visited]
    told = [f"{_('Open for longer than was published')}: {'; '.join(late)}"] if late else []
    told += [f"{_('Visits for exchange')}: {'; '.join(went)}"] if went else []
    return [*told, f"{_('Rules about to change')}: {'; '.join(coming) or _('No published rule waits for its day.')}"]
