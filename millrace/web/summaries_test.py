"""Answers, facts and sums are drawn whole and escaped — e.g. a project called "<b>Line 4</b>" shows its brackets."""

from millrace.web import lines, navigation, summaries

ODD = "<b>Line 4 & 5</b>"
SHOWN = "&lt;b&gt;Line 4 &amp; 5&lt;/b&gt;"


def test_what_was_typed_is_escaped_wherever_it_stands() -> None:
    table = {"columns": [lines.Column("a", ODD), lines.Column("b", "Cost", "money")], "rows": [[ODD, "1"]]}
    drawn = summaries.answers([{"id": "q", "label": ODD, "value": ODD}, {"id": "t", "label": "Lines", "table": table}], f"/x?{ODD}")
    sums = summaries.arithmetic([(ODD, ODD, ODD), {"op": "=", "label": "All", "amount": "2", "note": ODD}], ODD)
    facts = summaries.summary_list([(ODD, ODD), {"label": "a", "value": None, "change": f"/x?{ODD}", "hidden": ODD}])
    assert "<b>" not in drawn + sums + facts
    assert (drawn.count(SHOWN), sums.count(SHOWN), facts.count(SHOWN)) == (7, 6, 4)


def test_a_verdict_shows_what_it_has_and_escapes_it() -> None:
    whole = dict.fromkeys(("rule", "required", "found", "clause", "clause_url", "would_change"), ODD)
    others = [{"outcome": "pass", "rule": "Met alone"}, {"outcome": "unknown", "rule": "Open"}]
    drawn = summaries.verdicts([{"outcome": "fail", **whole}, *others])
    assert "<b>" not in drawn and drawn.count(SHOWN) == 6
    assert drawn.count("<dl>") == 1 and [drawn.count(f'class="tag {tone}"') for tone in ("bad", "good", "warn")] == [1, 1, 1]


def test_lines_break_and_nothing_is_shown_as_a_dash() -> None:
    drawn = summaries.answers([{"id": "a", "label": "A", "value": "one\ntwo"}, {"id": "b", "label": "B", "value": ""}], "")
    assert "one<br>two" in drawn and "<dd>—</dd>" in drawn and "Change" not in drawn


def test_a_change_leads_to_its_field_and_a_total_is_marked() -> None:
    assert 'href="/section/#id_a_field"' in summaries.answers([{"id": "a", "label": "A", "value": "x"}], "/section/")
    drawn = summaries.arithmetic([{"op": "", "label": "Lowest", "amount": "1", "total": True}], "")
    assert '<tr class="total">' in drawn and "<caption>" not in drawn


def test_the_current_link_and_language_are_marked_and_titles_escaped() -> None:
    drawn = summaries.links((navigation.Item(ODD, "/a/"), navigation.Item("B", "/b/", is_current=True)))
    assert SHOWN in drawn and drawn.count("aria-current") == 1 and 'href="/b/" aria-current="page"' in drawn
    drawn = summaries.languages((("en", "English", "en-HK"), ("zh-hant", "繁體", "zh-Hant-HK")), "zh-hant")
    assert 'lang="zh-Hant-HK" aria-current="true"' in drawn and drawn.count("aria-current") == 1
