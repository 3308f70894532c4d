"""Fills an empty database with an invented portfolio — e.g. about 200 cases of NIFS and RAISe+ over three years, in every state.

Everything goes through the actions of the stages at its story's own moment, and is sealed on that clock, marked as a story.
The same seed tells the same story; what would happen after the present moment is left out.
"""

from millrace.jobs.demonstration.fill import CutShort, fill

__all__ = ["CutShort", "fill"]
