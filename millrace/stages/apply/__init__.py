"""Drafts, partners, sign-off and submission — e.g. a manufacturer's NIFS application and its receipt."""
