"""Events of figures given — e.g. "figure given"."""

from millrace.registers.timeline.kinds.kind import by_name

KINDS = by_name()
