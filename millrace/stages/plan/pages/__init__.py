"""The pages of this stage: who may do what for the funder, and what its envelopes hold — e.g. a payment checker's first day."""
