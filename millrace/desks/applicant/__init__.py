"""An applicant's own cases — e.g. drafts waiting for a signature."""
