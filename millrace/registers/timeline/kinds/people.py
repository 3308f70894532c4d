"""Events of registered organisations and powers — e.g. "organisation confirmed"."""

from millrace.registers.timeline.kinds.kind import by_name

KINDS = by_name()
