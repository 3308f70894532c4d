"""The pages of an agreement's life in a real browser: three languages, two widths, no fault of access — e.g. a change to decide."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.core import changes
from millrace.registers.people import actions as people
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.models import ChangeRequest, Finding, Inspection
from millrace.stages.deliver.reports_test import with_reports
from millrace.testing.making import NOON
from tests.browser.money_test import LANGUAGES, WIDTHS, faults

pytestmark = pytest.mark.browser
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Told:
    """One case with a change agreed and another waiting, a report handed in and one begun, a visit held and one planned."""

    def __init__(self, agree: Any) -> None:
        self.held = with_reports(agree.nifs(), first_due=NOON.date() - timedelta(days=3))
        self._reports()
        self._visits()
        agreed = self._change(changes.TIME_EXTENSION, {"ends_before": "2027-10-01"})
        self.held.act(deliver.advise_change, agreed, advice="support", note="The machine comes late.", by=self.held.officer)
        self.held.act(deliver.decide_change, agreed, is_approved=True, by=self.held.authority)
        self._change(changes.SCOPE, {"grant_cents": 8_000_000_00}, "One line instead of two.")

    def _change(self, kind: str, asked: dict[str, Any], description: str = "") -> ChangeRequest:
        held = self.held
        change = deliver.open_change(held.case, kind=kind, by=held.member, at=held.at)
        deliver.save_change(change, wish=deliver.Wish("It is needed.", description, asked), by=held.member, at=held.at)
        held.act(deliver.submit_change, change, by=held.member)
        return change

    def _reports(self) -> None:
        held, file = self.held, deliver.File("report.pdf", PDF)
        stated = {"received": 0, "unspent": 0, "spent:machinery": 1_000_00}
        more = {"file": file, "accounts": file, "stated": stated}
        final = deliver.save_report(held.case, number=2, told="It runs.", **more, by=held.member, at=held.at)
        held.act(deliver.submit_report, final, by=held.member)
        deliver.save_report(held.case, number=1, told="Half is done.", by=held.member, at=held.at)

    def _visits(self) -> None:
        held, today = self.held, self.held.at.date()
        found = [deliver.Found("major", "The robot is missing.", today), deliver.Found("minor", "No label.", today + timedelta(days=9))]
        for _number in (1, 2):
            held.act(deliver.plan_inspection, held.case, planned_on=today, place="Yuen Long", purpose="The line.", by=held.officer)
        held.act(deliver.hold_inspection, Inspection.objects.get(number=1), held_on=today, note="Seen.", findings=found, by=held.officer)
        held.act(deliver.answer_finding, Finding.objects.get(number=1), answer="It came.", by=held.member)

    def addresses(self) -> dict[str, dict[str, str]]:
        """Who looks at what: a name for the picture, and the address."""
        case = f"/cases/{self.held.case.reference}/"
        return {
            "member": {
                "changes": f"{case}?show=changes",
                "begin": f"{case}changes/begin/",
                "change": f"{case}changes/2/",
                "agreed": f"{case}changes/1/",
                "terms": f"{case}terms/2/",
                "report-write": f"{case}reports/1/write/",
                "report": f"{case}reports/2/",
                "answer": f"{case}findings/2/answer/",
            },
            "officer": {
                "officer-changes": f"{case}?show=changes",
                "desk-changes": "/desk/changes/",
                "desk-reports": "/desk/changes/reports/",
                "desk-visits": "/desk/changes/visits/",
                "desk-findings": "/desk/changes/findings/",
                "advise": f"{case}changes/2/advise/",
                "ask-back": f"{case}changes/2/ask-back/",
                "rule": f"{case}reports/2/rule/",
                "plan": f"{case}inspections/plan/",
                "hold": f"{case}inspections/2/hold/",
                "clear": f"{case}findings/1/clear/",
                "suspend": f"{case}suspension/propose/",
            },
            "authority": {"decide": f"{case}changes/2/decide/", "authority-desk": "/desk/changes/"},
        }


@pytest.fixture
def told(agree: Any, make: Any, settings: Any, tmp_path: Path) -> Told:
    settings.MEDIA_ROOT = tmp_path
    made = Told(agree)
    make._model("people.Person").objects.update(is_demonstration=True, joined_at=NOON - timedelta(days=9))
    people.mark_as_demonstration(at=NOON)
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_an_agreement(
    told: Told, live_site: Any, page: Any, axe: Callable[[Any], list[str]], shoot: Callable[[Any, str], Path], language: str
) -> None:
    site = live_site()
    wrong: dict[str, Any] = {}
    for who, addresses in told.addresses().items():
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
        page.goto(f"{site.url}/demo/sign-in/")
        page.locator(f"button[value='{getattr(told.held, who).pk}']").first.click()
        for name, address in addresses.items():
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                answer = page.goto(site.url + address)
                shoot(page, f"{name}-{width}")
                if found := faults(page, axe, answer, language):
                    wrong[f"{who} {name} {width}"] = found
    assert wrong == {}
