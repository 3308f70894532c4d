"""The public register: what was funded, for whom, under which rules, with how much — e.g. a smart line of HK$15m under NIFS.

A case stands here once its agreement is in force, and stays; what was asked and refused does not.
"""

from collections.abc import Sequence

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case as Case_
from django.db.models import OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_noop as word

from millrace.core import lifecycle
from millrace.core.rules.rulebook import Scheme
from millrace.registers.cases.models import Case
from millrace.registers.people.models import FormerName
from millrace.registers.policy import queries as policy
from millrace.web import statuses, tables
from millrace.web.access import entry


def listing(schemes: Sequence[Scheme]) -> tables.Listing:
    """This will be the list, its schemes named in the reader's language."""
    language = translation.get_language() or "en"
    named = [(scheme.slug, scheme.versions[-1].short_title.said_in(language)) for scheme in schemes]
    return tables.Listing(
        "register",
        word("What was funded"),
        [
            tables.Column(
                "title", word("Project"), "title", note="reference", is_sortable=True, url="/register/{}/", url_field="reference"
            ),
            tables.Column(
                "lead",
                word("Organisation"),
                "lead__name",
                note="lead__name_zh",
                former="former_names",
                is_sortable=True,
                url="/register/organisations/{}/",
                url_field="lead_id",
            ),
            tables.Column("scheme", word("Scheme"), "scheme", kind="choice", labels=dict(named), note="scheme_version__version"),
            tables.Column("approved", word("Approved"), "approved_cents", kind="money", unit_field="unit", is_sortable=True),
            tables.Column("paid", word("Paid"), "paid_cents", kind="money", unit_field="unit", is_sortable=True),
            tables.Column("status", word("Now"), "status", kind="status"),
            tables.Column("former_names", word("Former names of the organisation"), "former_names", is_in_file_only=True),
        ],
        [
            tables.Filter("scheme", word("Scheme"), "scheme", lambda _request: named),
            tables.Filter("status", word("Now"), "status", lambda _request: [(s, statuses.in_words(s)) for s in lifecycle.AGREED]),
        ],
        order="-submitted_at",
        has_grams=True,
        adds=_with_former_names,
    )


def _with_former_names(rows: QuerySet[Case]) -> QuerySet[Case]:
    """This will add what each case's organisation was called before, the latest first."""
    of_lead = FormerName.objects.filter(organisation=OuterRef("lead")).order_by().values("organisation")
    both = Concat("name", Case_(When(name_zh="", then=Value("")), default=Concat(Value(" "), "name_zh")))
    return rows.annotate(former_names=Subquery(of_lead.values(names=StringAgg(both, "; ", order_by="-until_on"))))


def funded() -> QuerySet[Case]:
    """This will be the cases whose agreement was made, tests apart."""
    return Case.objects.filter(status__in=lifecycle.AGREED, is_test=False)


@entry("public")
def register(request: HttpRequest) -> HttpResponse:
    """This will list every case whose agreement was made, tests apart."""
    return listing(policy.published_schemes(request.at)).answer(request, funded(), "public/register.html")
