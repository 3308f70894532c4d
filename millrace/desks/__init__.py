"""Pages that gather several stages — e.g. the finance officer's payment runs."""
