"""Accounts, postings and balances in any unit — e.g. an envelope's cents or a grant's GPU-hours."""
