"""The measurements, each a command that prints a table — e.g. `python -m bench.ledger`: postings a second with eight writers."""
