"""Persons, organisations, memberships and powers — e.g. who may sign for a manufacturer applying to NIFS."""
