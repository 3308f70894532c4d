"""Replaying any day — e.g. who decided under which power."""
