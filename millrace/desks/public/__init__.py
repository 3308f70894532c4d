"""What anyone may see — e.g. which scheme fits me."""
