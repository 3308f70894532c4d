"""What happens without a click — e.g. an offer that lapses after its thirty days."""
