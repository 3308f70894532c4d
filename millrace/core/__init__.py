"""Decides and computes, from values alone — e.g. how much NIFS would give to a line costing HK$45m."""
