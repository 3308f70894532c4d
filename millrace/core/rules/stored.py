"""Says in today's words what a published text said in those of its time — e.g. a joint call before the other side's money was recorded.

A text never changes once it is published, and neither does what it means. Whoever gives the format a key that cannot be left out
adds here what its absence meant, and a text of that time to the test beside this file.
"""

from collections.abc import Mapping
from typing import Any

NO_CURRENCY = "XXX"  # ISO 4217: what is counted in none


def as_today(data: Mapping[str, Any]) -> dict[str, Any]:
    """This will give the data of a stored version with what later formats ask for; what it says is not touched."""
    scheme = data["scheme"]
    return {**data, "scheme": {**scheme, "steps": [_step(step) for step in scheme.get("steps", ())]}}


def _step(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """Until the other funder's side was recorded, a step with one may have named it only as the body that takes it, and no money of
    its."""
    if step.get("kind") != "joint_funder":
        return step
    names = [body["name"] for body in step.get("bodies", ()) if "name" in body]
    return {"partner": names[-1] if names else "", "currency": NO_CURRENCY, **step}
