"""Final account and rest — e.g. unspent money back to the envelope."""
