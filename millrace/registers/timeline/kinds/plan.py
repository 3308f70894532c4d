"""Events of publishing the policy — e.g. "rules published"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("scheme_version_published", _("Rules of %(scheme)s, version %(version)s, published"), "public"),
    Kind("policy_papers_published", _("Funder, funds and plans published: %(count)s texts"), "public"),
    Kind("policy_draft_approved", _("Draft of the policy approved for publication"), "audit"),
    Kind("figures_published", _("Definitions of %(count)s figures and official series published"), "public"),
    Kind("exchange_visit_recorded", _("Visit for exchange recorded: %(people_count)s people, ended %(ends_on)s"), "staff"),
    Kind("exchange_visit_struck", _("Visit for exchange struck: recorded in error"), "staff"),
    Kind("operator_named", _("May run the facility %(resource)s: confirm its bookings, record what was used"), "staff"),
    Kind("operator_ended", _("No longer runs the facility %(resource)s"), "staff"),
    Kind("fund_order_proposed", _("Order %(order)s on fund %(fund)s was proposed: %(order_kind)s"), "finance"),
    Kind("fund_order_refused", _("Order %(order)s on fund %(fund)s was not confirmed: %(order_kind)s"), "finance"),
    Kind(
        "envelope_funded",
        _("Envelope of fund %(fund)s funded: %(voted_cents)s voted, by order %(order)s"),
        "finance",
        ("order", None, _("Envelope of fund %(fund)s funded: %(voted_cents)s voted")),
    ),
    Kind(
        "cash_shared_out",
        _("%(amount_cents)s of the cash of %(financial_year)s of fund %(fund)s moved to the envelope of %(scheme)s, by order %(order)s"),
        "finance",
        (
            "order",
            None,
            _("%(amount_cents)s of the cash of %(financial_year)s of fund %(fund)s moved to the envelope of %(scheme)s"),
        ),
    ),
    Kind(
        "envelope_shared_out",
        _("%(amount_cents)s of fund %(fund)s moved to the envelope of %(scheme)s, by order %(order)s"),
        "finance",
        ("order", None, _("%(amount_cents)s of fund %(fund)s moved to the envelope of %(scheme)s")),
    ),
    Kind(
        "envelope_transferred",
        _("%(amount_cents)s of fund %(fund)s moved from the share of %(giver)s to that of %(scheme)s, by order %(order)s"),
        "finance",
    ),
    Kind(
        "cash_transferred",
        _(
            "%(amount_cents)s of the cash of %(financial_year)s of fund %(fund)s moved from the share of %(giver)s to that of %(scheme)s, "
            "by order %(order)s"
        ),
        "finance",
    ),
    # By night a year's cash lapses by rule: then there is no order to name.
    Kind(
        "cash_lapsed",
        _("%(amount_cents)s left of the cash of %(financial_year)s of fund %(fund)s lapsed, by order %(order)s: %(reason)s"),
        "finance",
        ("order", None, _("%(amount_cents)s left of the cash of %(financial_year)s of fund %(fund)s lapsed: %(reason)s")),
    ),
)
