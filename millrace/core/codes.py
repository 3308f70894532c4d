"""Codes people read out on the telephone — e.g. 7KQ2-M4XD in the reference NIFS-7KQ2-M4XD.

Made from a command's identifier: not consecutive, so they betray no count, and the same when a click is repeated.
"""

import hashlib
import uuid

# Without I, L, O and U: nothing to mistake for another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def spoken(command: uuid.UUID, *, purpose: str) -> str:
    """This will give eight letters and digits in two groups; another purpose gives another code."""
    number = int.from_bytes(hashlib.sha256(purpose.encode() + command.bytes).digest()[:5], "big")
    letters = "".join(ALPHABET[(number >> 5 * place) & 31] for place in range(8))
    return f"{letters[:4]}-{letters[4:]}"
