"""The bitemporal projection figures read — e.g. what was approved as at 31 January, as known in March."""
