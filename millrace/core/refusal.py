"""The one exception an action raises when the answer is no — e.g. a submission that came after the closing moment.

A refusal is written for the person refused: what, why (with the clause) and what they can do next.
"""

import dataclasses
from typing import Any


@dataclasses.dataclass
class Refusal(Exception):
    """This will say no in words: msgids in English, filled with `values` only after translation.

    `code` is stable (kebab-case, goes into problem documents), `field` names the input at fault, `status` is the HTTP
    status a page or endpoint answers with.
    """

    code: str
    what: str = ""
    why: str = ""
    next_step: str = ""
    clause: str = ""
    field: str = ""
    status: int = 409
    values: dict[str, Any] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.what % self.values if self.values else self.what}"

    @classmethod
    def not_found(cls) -> "Refusal":
        """This will refuse without a hint: what may not be seen does not exist."""
        return cls("not-found", what="There is nothing at this address.", status=404)
