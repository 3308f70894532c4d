"""Envelopes, releases and payment runs — e.g. what to pay today."""
