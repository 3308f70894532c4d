"""Figures that can be answered for, as values — e.g. 472 projects and HK$1,212.8m as at 31 January 2024."""
