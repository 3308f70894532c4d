"""The authority's decision, letter, agreement — e.g. HK$10.0m approved for a smart line."""
