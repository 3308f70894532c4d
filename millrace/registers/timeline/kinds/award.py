"""Events of decisions, letters, agreements — e.g. "approved"."""

from millrace.registers.timeline.kinds.kind import by_name

KINDS = by_name()
