"""A funder's whole policy as a folder of text — e.g. `policies/hong-kong` — read into frozen values, or refused with every finding."""
