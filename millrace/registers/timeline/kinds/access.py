"""Events of reading and powers — e.g. "power granted"."""

from millrace.registers.timeline.kinds.kind import by_name

KINDS = by_name()
