"""Events of final accounts and endings — e.g. "case closed"."""

from millrace.registers.timeline.kinds.kind import by_name

KINDS = by_name()
