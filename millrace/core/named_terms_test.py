"""Holds what an agreement names to its day — e.g. Dr B instead of Dr A, and both still readable."""

from hypothesis import given
from hypothesis import strategies as st

from millrace.core import named_terms
from millrace.core.named_terms import Difference, Named

LEADER = Named("key_person", "Project leader", "Dr B", "Dr A")


def test_who_left_is_whom_the_terms_named_and_else_whom_the_request_names() -> None:
    first = named_terms.replaced((), LEADER)
    assert named_terms.between((), first) == (Difference("key_person", "Project leader", "Dr A", "Dr B"),)
    second = named_terms.replaced(first, Named("key_person", " project  Leader", "Dr C", "somebody else"))
    assert second == (Named("key_person", "Project leader", "Dr C", "Dr A"),)
    assert named_terms.between(first, second) == (Difference("key_person", "Project leader", "Dr B", "Dr C"),)
    # Compared with the first terms, either way: who stood there is read from the later ones.
    assert named_terms.between(second, ()) == (Difference("key_person", "Project leader", "Dr C", "Dr A"),)
    assert named_terms.between((), second) == (Difference("key_person", "Project leader", "Dr A", "Dr C"),)


def test_an_item_of_the_same_name_is_another_matter_and_nothing_asked_changes_nothing() -> None:
    item = Named("equipment", "Project leader", "Robot 2")
    assert named_terms.replaced((LEADER,), item) == (LEADER, item)
    assert named_terms.replaced((LEADER,), None) == (LEADER,)
    assert named_terms.between((LEADER,), (LEADER,)) == ()


NAMED = st.builds(Named, st.sampled_from(named_terms.KINDS), st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from(["", "x", "y"]))


@given(st.lists(NAMED, max_size=6))
def test_every_role_is_named_once_and_reads_back(asked: list[Named]) -> None:
    held: tuple[Named, ...] = ()
    for one in asked:
        held, before = named_terms.replaced(held, one), held
        assert all(difference.after == one.now for difference in named_terms.between(before, held))
    assert len({one.key for one in held}) == len(held)
    assert named_terms.from_data(named_terms.to_data(held)) == held
