"""The database as Django reaches it: see `base.py` — e.g. what settings name as ENGINE."""
