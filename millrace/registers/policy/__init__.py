"""Every published scheme version as text, hash and effective moment — e.g. NIFS as it stood on 8 January 2024."""
