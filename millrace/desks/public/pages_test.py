"""The finder and the schemes as pages — e.g. a company's line of HK$30.0m fits NIFS and not RAISe+, in three languages, unscripted."""

import pytest
from django.test import Client

LINE = {
    "applicant_kind": "company",
    "place_of_incorporation": "hong_kong",
    "project_purpose": "production_line",
    "is_smart_line": "yes",
    "total_cost": "30,000,000",
    "own_money": "20,000,000",
    "open_projects": "0",
    "granted_total": "0",
}


def page(address, answers=None, language="en"):
    response = Client(headers={"accept-language": language}).get(address, answers or {})
    assert response.status_code == 200
    return response.content.decode()


def test_a_company_with_a_line_fits_one_scheme_and_sees_why_not_the_other(hong_kong):
    html = page("/find/", LINE)
    assert html.index("New Industrialisation Funding Scheme") < html.index("Research, Academic and Industry Sectors One-plus Scheme")
    assert "at most <strong>HK$10,000,000</strong>" in html
    assert "A team may apply through its university." in html
    assert "Eligible applicants" in html
    assert len(html.encode()) <= 100_000


def test_money_that_is_short_says_how_much_more(hong_kong):
    html = page("/find/", LINE | {"own_money": "19,600,000"})
    assert "A further HK$400,000 of your own money would qualify." in html
    assert "Does not fit" in html


def test_what_plainly_does_not_fit_is_one_line_and_what_a_figure_would_change_is_not(hong_kong):
    shown, folded = page("/find/", LINE | {"own_money": "19,600,000"}).split("What plainly does not fit")
    assert "A further HK$400,000 of your own money would qualify." in shown
    assert shown.index("New Industrialisation Funding Scheme") < shown.index("New Industrialisation Acceleration Scheme")
    assert "<summary><b>Artificial Intelligence Subsidy Scheme</b>" in folded
    assert "The project uses the computing power of the AI Supercomputing Centre. · Scope of the subsidy</span></summary>" in folded
    assert "<summary><b>" not in shown


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hant", ["符合", "自行投入的資金再增加HK$400,000即符合要求。"]), ("zh-hans", ["自行投入的资金再增加HK$400,000即符合要求。"])],
)
def test_it_answers_in_chinese(hong_kong, language, words):
    html = page("/find/", LINE | {"own_money": "19,600,000"}, language)
    for word in words:
        assert word in html


def test_nothing_told_is_no_answer_and_little_told_is_not_yet_known(hong_kong):
    assert "Not yet known" not in page("/find/")
    assert "Not yet known" in page("/find/", {"total_cost": "30,000,000"})


def test_what_is_not_yet_known_shows_its_rules_with_their_clauses_and_the_arithmetic(hong_kong):
    few = {name: LINE[name] for name in ("applicant_kind", "project_purpose", "total_cost", "own_money")}
    shown = page("/find/", few).split('href="/schemes/nifs/">')[1].split("</article>")[0]
    still_open, met = shown.split("rules are not yet known")[1].split("rules are met")
    assert "Not yet known" in shown and "Tell us: " in shown
    assert 'class="soft small">Eligibility' in still_open and 'class="soft small">Funding ratio' in met
    assert "How the amount is worked out" in met and '<table class="sum">' in met and "HK$10,000,000" in met


def test_what_cannot_be_read_is_said_and_shown_again(hong_kong):
    html = page("/find/", LINE | {"total_cost": "30,000,000.005"})
    assert "has more than 2 decimals" in html
    assert "30,000,000.005" in html


def test_a_scheme_shows_its_rules_its_versions_and_its_own_questions(hong_kong):
    html = page("/schemes/raise-plus/")
    assert "at least 70%" in html
    assert "not published; illustrative" in html
    assert 'name="stage_1_industry_cash"' in html
    old = page("/schemes/nifs/", {"version": "v1"})
    assert "One project at a time" in old
    assert "not the one in force today" in old
    assert Client().get("/schemes/nifs/?version=v9").status_code == 404
    assert Client().get("/schemes/none/").status_code == 404


@pytest.mark.parametrize(
    ("slug", "said", "unsaid"),
    [
        ("nifs", "<p>Applications are taken all year round.</p>", "No closing date"),
        ("nittp", "<p>Applications are taken all year round (not published; illustrative).</p>", "No closing date"),
        ("life-health-institutes", "<p>No closing date is published.</p>", "all year round"),
        ("psts", "<p>No closing date is published.</p>", "all year round"),
    ],
)
def test_that_applications_are_taken_all_year_is_said_only_where_a_rule_says_so(hong_kong, slug, said, unsaid):
    html = page(f"/schemes/{slug}/")
    assert said in html and unsaid not in html


def test_a_start_that_was_not_published_is_marked_wherever_its_day_is_told(hong_kong):
    html = page("/schemes/rth/?version=v5")
    head, rules = html.split("<h2>Rules</h2>")
    assert "not published; illustrative" in head and "the day on which they began was not found" in head
    assert 'from 1 January 2024</a> <span class="small soft">not published; illustrative' in rules
    assert "<td>1 January 2024<br>" in rules
    assert "not published; illustrative" not in page("/schemes/nifs/?version=v2").split("<h2>Rules</h2>")[0]
    told = {one["slug"]: one["is_start_published"] for one in Client().get("/api/v1/schemes").json()}
    assert (told["state-key-laboratories"], told["nifs"]) == (False, True)


def test_the_list_names_every_scheme(hong_kong):
    html = page("/schemes/", language="zh-hant")
    assert "新型工業化資助計劃" in html
    assert "產學研1+計劃" in html


@pytest.mark.usefixtures("db_clone")
def test_before_anything_is_published_the_pages_say_so():
    assert "No scheme is published yet" in page("/find/")
    assert "No scheme is published yet" in page("/schemes/")


@pytest.mark.parametrize("told", [{"total_cost": "30,000,000"}, {"applicant_kind": "company"}, {"applicant_kind": "startup"}, LINE])
def test_twenty_schemes_still_make_one_light_page(hong_kong, told):
    for language in ("en", "zh-hant"):
        assert len(page("/find/", told, language).encode()) <= 100_000


def test_the_list_puts_first_what_takes_applications(hong_kong):
    html = page("/schemes/")
    taking, not_now = html.split("Not taking applications now")
    assert "New Industrialisation Funding Scheme" in taking
    assert "Technology Voucher Programme" in not_now
    assert "No call is open" not in taking
