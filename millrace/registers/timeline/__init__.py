"""Events and seals — e.g. 'application submitted', sealed as number 4,211."""
