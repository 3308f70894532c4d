"""The tables of the jobs room — e.g. the cursors of reactions."""
