"""Names cost heads in the scheme's own words — e.g. "machinery" is 機器：購置、安裝及調試 in NIFS's own form."""

from django.utils import translation

from millrace.core.rules import bodies
from millrace.registers.cases.models import Case
from millrace.stages.apply import terms


def words_of(case: Case) -> dict[str, str]:
    """This will give the scheme's words for its heads, in the reader's language; codes it does not word are left out."""
    if case.scheme_version is None or not case.scheme_version.text:
        return {}
    language = translation.get_language() or "en"
    found: dict[str, str] = {}
    book = terms.of_row(case.scheme_version).book
    for question in book.form.questions():
        if question.kind == "table":
            found.setdefault(question.id, question.label.said_in(language))
            for column in question.columns:
                if column.id == "head":
                    found |= {choice.id: choice.label.said_in(language) for choice in column.choices}
    for rule in book.rules:
        if isinstance(rule.body, bodies.Allowance):
            found |= {line.heads: book.vocabulary.facts[line.heads].label.said_in(language) for line in rule.body.lines}
        # What is given without a cost, such as an allowance, is a head named by its rule.
        if rule.is_published:
            found.setdefault(rule.id, rule.heading.said_in(language))
    return found
