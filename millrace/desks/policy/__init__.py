"""The policy officer's page — e.g. which rules change next month."""
