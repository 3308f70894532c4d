"""The page that settles a stage — e.g. /cases/RAISE-7KQ2-M4XD/stages/1/settle/: HK$2m never released, carried into stage 2 by the rule."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.stages.deliver import actions, gather, leftover
from millrace.stages.deliver.pages.evidence import crumbs
from millrace.web import asking, fields, words
from millrace.web.access import entry


@entry(case="settle_stage")
def settle(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """This will show what a stage left over and where the rule sends it, and settle it."""
    case = request.case
    if position >= case.stage_number:
        # Nothing can be worked out of the last stage while what the one before left over may still be released in it.
        raise Refusal.not_found()
    told = leftover.of_stage(case, position, gather.local_day(request.at))
    if told is None or told.rule is None or told.obstacle in ("stage-not-over", "stage-settled"):
        raise Refusal.not_found()
    unit, found = told.terms.unit, told.found
    rule = _("%(share)s%% of it is carried forward") % {"share": fields.share_text(told.rule.number)}
    if not told.rule.value.is_published:
        rule += f" ({_('not published; illustrative')})"

    def amount(cents: int) -> str:
        return words.amount(cents, unit)

    asked = asking.Asked(
        title=_("Settle stage %(number)s") % {"number": position},
        caption=case.reference,
        lead=_("New terms say what follows; the old stay readable. What is to be paid back is raised as a debt afterwards, by two people."),
        button=_("Settle the stage"),
        back=f"/cases/{case.reference}/?show=money",
        done=_("The stage is settled."),
        crumbs=crumbs(request),
        facts=(
            (_("Grant of the stage"), amount(told.terms.stage(position).grant_cents)),
            (_("Released in it"), amount(told.released_cents)),
            (_("Earned by its decided claims"), amount(told.earned_cents)),
            (_("Never released"), amount(found.unreleased_cents)),
            (_("Paid and not earned"), amount(found.unearned_cents)),
            (_("Rule"), rule),
            (_("Carried into the next stage"), amount(found.carried_cents + found.carried_unearned_cents)),
            (_("Back to the envelope"), amount(found.returned_cents)),
            (_("To be paid back"), amount(found.ask_back_cents)),
            (_("Grant of the agreement afterwards"), amount(found.after.grant_cents)),
        ),
    )

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.settle_stage(case, stage=position, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)
