"""Remembers what every stage shares — e.g. the case, its timeline and its ledger."""
