"""What may be done before a case is decided, one file per subject — e.g. `submission.submit_application`."""
