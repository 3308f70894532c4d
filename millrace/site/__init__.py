"""Settings, addresses and the command line: wiring only — e.g. `millrace serve`."""
