"""Accounts, postings and balances — e.g. the reserved cents of one NIFS case."""
