"""An assessor's reviews — e.g. declare interests before reading."""
