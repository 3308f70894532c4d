"""Letters and mail — e.g. the decision letter of a NIFS award."""
