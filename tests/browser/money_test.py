"""The pages of money in a real browser: three languages, two widths, no fault of access — e.g. a payment run at 360 px in 繁體."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.registers.people import actions as people
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.models import Evidence, PayeeAccount, Release
from millrace.testing.making import NOON

pytestmark = pytest.mark.browser
LANGUAGES = {"en": "en-HK", "zh-hant": "zh-Hant-HK", "zh-hans": "zh-Hans-CN"}
WIDTHS = (1280, 360)
HEAVIEST_BYTES = 100_000
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Told:
    """Three cases at different points: a draft claim, a claim to rule, a run at the bank."""

    def __init__(self, agree: Any) -> None:
        self.drafting, self.ruling, self.paying = agree.nifs(), agree.raise_plus(), agree.nifs()
        self._match(self.drafting, 3_000_000_00, is_verified=False)
        self._match(self.ruling, 4_000_000_00)
        self._claim(self.drafting, "machinery", "patents")
        self.claim = self._claim(self.ruling, "manpower", "equipment")
        self.ruling.act(deliver.submit_claim, self.claim, by=self.ruling.member)
        line = self.claim.lines.get(number=1)
        ruled = {"allowed_cents": 0, "reason": "no_proof_of_payment", "note": "Send the bank statement."}
        self.ruling.act(deliver.rule_line, line, **ruled, by=self.ruling.officer)
        self._pay(self.paying)

    def _match(self, held: Any, cents: int, *, is_verified: bool = True) -> None:
        fields = {"form": "cash", "paid_on": date(2026, 2, 2), "payee": "Tools Ltd", "invoice": f"T-{held.case.pk}", "file": None}
        held.act(deliver.record_matching, held.case, sponsor=held.lead, amount_cents=cents, **fields, by=held.member)
        if is_verified:
            held.act(deliver.verify_evidence, Evidence.objects.get(case=held.case, purpose="matching"), by=held.officer)

    def _claim(self, held: Any, *kinds: str) -> Any:
        claim = deliver.open_claim(held.case, by=held.member, at=held.at)
        day = date(2026, 1, 5)
        entries = [
            deliver.LineEntry(kind, f"Item {n}", 300_000_00, "Tools Ltd", f"T{n}-{held.case.pk}", day, day)
            for n, kind in enumerate(kinds, 1)
        ]
        deliver.save_claim(claim, lines=entries, by=held.member, at=held.at)
        return claim

    def _pay(self, held: Any) -> None:
        held.act(deliver.report_milestone, held.case, milestone=1, file=deliver.File("runs.pdf", PDF), by=held.member)
        held.act(deliver.verify_evidence, Evidence.objects.get(case=held.case), by=held.officer)
        self._match(held, 18_000_000_00)
        claim = self._claim(held, "machinery")
        line = claim.lines.get()
        for kind in ("receipt", "payment_proof"):
            file = deliver.File(f"{kind}.pdf", PDF.replace(b"Catalog", b"Catalog/K(" + kind.encode() + b")"))
            line = deliver.attach_proof(line, proof=kind, file=file, by=held.member, at=held.at)
        held.act(deliver.submit_claim, claim, by=held.member)
        held.act(deliver.rule_line, line, allowed_cents=300_000_00, by=held.officer)
        held.act(deliver.decide_claim, claim, by=held.finance)
        held.act(deliver.propose_account, held.lead, holder="Harbour", bank_code="004", account_number="123456789", by=held.signatory)
        for person in (held.maker, held.checker):
            held.act(deliver.verify_account, PayeeAccount.objects.get(), by=person)
        held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
        self.run = held.act(deliver.order_payment_run, list(Release.objects.all()), by=held.maker)

    def addresses(self) -> dict[str, dict[str, str]]:
        """Who looks at what: a name for the picture, and the address."""
        draft, ruling, paid = (f"/cases/{held.case.reference}/" for held in (self.drafting, self.ruling, self.paying))
        desk = {"envelopes": "", "to-release": "to-release/", "claims": "claims/", "releases": "releases/", "runs": "runs/"}
        finance = {name: f"/finance/{address}" for name, address in {**desk, "accounts": "accounts/", "months": "months/"}.items()}
        return {
            "member": {
                "delivery": f"{draft}?show=delivery",
                "lines": f"{draft}claims/1/lines/",
                "proofs": f"{draft}claims/1/proofs/",
                "check": f"{draft}claims/1/check/",
                "matching": f"{draft}matching/record/",
                "milestone": f"{draft}milestones/1/report/",
            },
            "officer": {
                "verify": f"{draft}evidence/1/verify/",
                "claim": f"{ruling}claims/1/",
                "rule": f"{ruling}claims/1/lines/2/rule/",
                "close": f"{paid}close/",
            },
            "finance": {
                **finance,
                "release": f"{ruling}instalments/1/release/",
                "decided": f"{paid}claims/1/",
                "money": f"{paid}?show=money",
            },
            "checker": {"run": f"/finance/runs/{self.run.reference}/"},
        }

    def person(self, name: str) -> Any:
        return getattr(self.drafting, name)


@pytest.fixture
def told(agree: Any, make: Any, settings: Any, tmp_path: Path) -> Told:
    settings.MEDIA_ROOT = tmp_path
    made = Told(agree)
    make._model("people.Person").objects.update(is_demonstration=True, joined_at=NOON - timedelta(days=9))
    people.mark_as_demonstration(at=NOON)
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_money(
    told: Told, live_site: Any, page: Any, axe: Callable[[Any], list[str]], shoot: Callable[[Any, str], Path], language: str
) -> None:
    site = live_site()
    page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    wrong: dict[str, Any] = {}
    for who, addresses in told.addresses().items():
        page.goto(f"{site.url}/demo/sign-in/")
        page.locator(f"button[value='{told.person(who).pk}']").first.click()
        for name, address in addresses.items():
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                answer = page.goto(site.url + address)
                shoot(page, f"{name}-{width}")
                if found := faults(page, axe, answer, language):
                    wrong[f"{who} {name} {width}"] = found
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    assert wrong == {}


def faults(page: Any, axe: Callable[[Any], list[str]], answer: Any, language: str) -> list[str]:
    # What axe looks for is the same in every language; the catalogues change words, which the other lines hold.
    found = axe(page) if language == "en" else []
    if answer.status != 200:
        found.append(f"status {answer.status}")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the window")
    if page.get_attribute("html", "lang") != LANGUAGES[language]:
        found.append("wrong language")
    if page.locator("h1").count() != 1:
        found.append("not one h1")
    if len(answer.body()) > HEAVIEST_BYTES:
        found.append(f"{len(answer.body())} bytes")
    return found
