"""Windows in which a scheme takes applications — e.g. the RAISe+ exercise of September 2025."""
