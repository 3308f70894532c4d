"""Events of drafts, partners, sign-off, submission — e.g. "application submitted"."""

from millrace.registers.timeline.kinds.kind import by_name

KINDS = by_name()
