"""Events of evidence, claims, releases, payments — e.g. "claim decided"."""

from millrace.registers.timeline.kinds.kind import by_name

KINDS = by_name()
