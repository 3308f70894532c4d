"""Files, their hashes and who read them — e.g. a supplier's quotation attached to a claim."""
