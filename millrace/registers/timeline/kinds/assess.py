"""Events of screening, interests, reviews, meetings — e.g. "found eligible"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("information_requested", _("Asked for information on %(question_count)s points, by %(due_on)s")),
    Kind("information_supplied", _("Information supplied on %(question_count)s points")),
    Kind("information_lapsed", _("Lapsed: the information asked for by %(due_on)s did not come")),
    Kind("found_eligible", _("Found eligible in screening")),
    Kind("found_ineligible", _("Found ineligible in screening")),
    Kind("finding_reversed", _("The ineligible finding was reversed by a second officer: the application goes on from where it stood")),
    Kind("assessors_assigned", _("%(assigned_count)s assessors asked to declare their interests"), "staff"),
    Kind("interest_clear", _("An assessor declared no conflict and opened the dossier"), "staff"),
    Kind("conflict_declared", _("A conflict of interest was declared; the case is closed to that person"), "audit"),
    Kind("assignment_declined", _("An assessor declined, for another reason than a conflict"), "staff"),
    Kind("review_submitted", _("A review was submitted (version %(version)s)"), "staff"),
    Kind("joint_filing_recorded", _("The partner's filing with the other funder of %(filed_on)s was recorded")),
    Kind(
        "joint_decision_recorded",
        _("The other funder decided on its side: %(outcome)s, %(their_cents)s of its own money, not counted in ours"),
        instead=("outcome", "refused", _("The other funder refused its side: it gives no money")),
    ),
    Kind("went_on_alone", _("The authority decided to go on with our side alone, after the other funder's decision of %(decided_on)s")),
    Kind("team_selected", _("Selected by the university's panel of %(met_on)s: %(selected_cents)s of its block grant of %(block_cents)s")),
    Kind("team_passed_over", _("Not selected by the university's panel of %(met_on)s")),
    Kind("recommendation_made", _("The committee made its recommendation"), "staff"),
)
