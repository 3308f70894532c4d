"""The one page of a case, in panels by what the reader may see — e.g. a NIFS case's timeline."""
