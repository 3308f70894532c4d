"""The geometry of the pictures on desks and briefings — e.g. bands from upstream to downstream as wide as the organisations in them."""
