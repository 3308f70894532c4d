"""One picture on a page of its own, for any day as known at any moment, and its table as a file — e.g. /policy/pictures/partners/."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.desks.policy import asked as asking
from millrace.desks.policy import gathering, pages, pictures
from millrace.desks.policy.asked import Asked
from millrace.desks.policy.pictures import Shown
from millrace.stages.learn import forms
from millrace.web import errors, schemes
from millrace.web.access import entry


def _target(asked: Asked, of: str) -> Shown | None:
    found = [one for one in gathering.held(asked) if one.target.id == of or (not of and one.is_drawn)]
    return pictures.of_target(found[0]) if found else None


def _funnel(asked: Asked, of: str) -> Shown | None:
    """Unasked, the scheme with most applications."""
    counted = gathering.counted(asked)
    most = of or max(counted, key=lambda scheme: (counted[scheme].received, scheme), default="")
    return gathering.funnel(asked, most)


PICTURES: dict[str, Callable[[Asked, str], Shown | None]] = {
    "chain": lambda asked, _of: gathering.chain(asked),
    "partners": lambda asked, _of: gathering.partners(asked),
    "burn-down": gathering.burn_down,
    "funnel": _funnel,
    "targets": _target,
}


def _choices(asked: Asked, name: str) -> list[tuple[str, str]]:
    """What a picture may be of: a scheme, an envelope or a target."""
    if name == "funnel":
        return sorted(((scheme, schemes.short_title(scheme)) for scheme in gathering.counted(asked)), key=lambda pair: pair[1])
    if name == "burn-down":
        return [(one.address, gathering.title_of(asked, one)) for one in gathering.history(asked)[-1]]
    if name == "targets":
        return [(one.target.id, one.title) for one in gathering.held(asked)]
    return []


@entry(power="policy")
def picture(request: HttpRequest, picture: str) -> HttpResponse:
    """This will show one picture with its table."""
    name = picture
    form = forms.QuestionForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "name": name, "of": request.GET.get("of", ""), "crumbs": [(_("The whole chain"), "/policy/")]}
    if form.is_bound and not form.is_valid():
        return render(request, "policy/picture_page.html", context, status=422)
    try:
        asked, shown = _shown(request, name, form)
    except Refusal as refused:
        if refused.status == 404 and refused.code != "nothing-sealed":
            raise
        status = 200 if refused.code == "nothing-sealed" else refused.status
        return render(request, "policy/picture_page.html", context | {"refused": errors.in_words(refused)}, status=status)
    context |= {"asked": asked, "placed": pages.placed(asked, shown), "choices": _choices(asked, name), "of": shown.part if shown else ""}
    return render(request, "policy/picture_page.html", context)


@entry(power="policy")
def download(request: HttpRequest, picture: str) -> HttpResponse:
    """This will give a picture's table as a file."""
    form = forms.QuestionForm(request.GET or None)
    if form.is_bound and not form.is_valid():
        raise Refusal.not_found()
    asked, shown = _shown(request, picture, form)
    if shown is None:
        raise Refusal.not_found()
    part = f"-{shown.part}" if shown.part else ""
    answer = HttpResponse(shown.csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{picture}{part}-{asked.as_at}-seal-{asked.seal.number}.csv"'
    return answer


def _shown(request: HttpRequest, name: str, form: forms.QuestionForm) -> tuple[Asked, Shown | None]:
    """The picture asked for; a scheme, envelope or target there is not is not found, and where there is none yet nothing is drawn."""
    if name not in PICTURES:
        raise Refusal.not_found()
    asked, of = asking.read(request, form), request.GET.get("of", "")
    shown = PICTURES[name](asked, of)
    if shown is None and of:
        raise Refusal.not_found()
    return asked, shown
