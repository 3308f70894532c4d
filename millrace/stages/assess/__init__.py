"""Screening, interests, reviews and the committee — e.g. a RAISe+ business review."""
