"""Millrace, the operating system of a public innovation funder — e.g. Hong Kong's Innovation and Technology Fund."""
