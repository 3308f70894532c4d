"""Events of windows for applications — e.g. "window opened"."""

from millrace.registers.timeline.kinds.kind import by_name

KINDS = by_name()
