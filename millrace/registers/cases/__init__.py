"""The case, its parties, frozen facts and standing — e.g. one NIFS request from first draft to last follow-up."""
