"""Every kind of event, one file per stage; a kind not declared here cannot be recorded — e.g. "application_submitted"."""

from millrace.registers.timeline.kinds import access, apply, assess, award, call, close, deliver, learn, people, plan
from millrace.registers.timeline.kinds.kind import Kind

KINDS: dict[str, Kind] = {
    **people.KINDS,
    **plan.KINDS,
    **call.KINDS,
    **apply.KINDS,
    **assess.KINDS,
    **award.KINDS,
    **deliver.KINDS,
    **close.KINDS,
    **learn.KINDS,
    **access.KINDS,
}
