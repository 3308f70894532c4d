"""Events of screening, interests, reviews, meetings — e.g. "found eligible"."""

from millrace.registers.timeline.kinds.kind import by_name

KINDS = by_name()
