"""The programme officer's lists — e.g. NIFS cases waiting for screening."""
