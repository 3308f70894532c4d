"""The pairs and triples of letters by which a case is found — e.g. 智能, or the "nin" and "ine" of "nine".

The database keeps those of each case's words as numbers (`grams`, in SQL), in an index; a search asks for those of the word typed.
Two texts may share a number: the words themselves decide, the numbers only leave out what cannot hold them.
"""

FACTOR, MODULUS = 1_000_003, 2_147_483_647  # as in the migration that made `grams`; any two letters have a number of their own


def grams_of(word: str) -> list[int]:
    """This will give the numbers every text holds that holds `word`: of a pair its own, of more each third triple and the last."""
    if len(word) < 3:
        return [gram(word)] if len(word) == 2 else []
    starts = {*range(0, len(word) - 2, 3), len(word) - 3}
    return sorted({gram(word[start : start + 3]) for start in starts})


def gram(letters: str) -> int:
    """This will number two or three letters as `grams` does."""
    first, second, third = (*map(ord, letters), 0)[:3]
    return ((first * FACTOR + second) * FACTOR + third) % MODULUS
