"""Milestones, matching money, claims and payment — e.g. a NIFS claim paid on completion."""
