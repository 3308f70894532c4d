"""Events of publishing the policy — e.g. "rules published"."""

from django.utils.translation import gettext_noop as _

from millrace.registers.timeline.kinds.kind import Kind, by_name

KINDS = by_name(
    Kind("scheme_version_published", _("Rules of %(scheme)s, version %(version)s, published"), "public"),
    Kind("policy_papers_published", _("Funder, funds and plans published: %(count)s texts"), "public"),
    Kind("figures_published", _("Definitions of %(count)s figures and official series published"), "public"),
)
