"""Template tags every page may load — e.g. {% tag case.status %}."""
