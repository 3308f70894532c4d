"""Publishing the policy as dated rules — e.g. a NIFS version announced for 8 January 2024."""
