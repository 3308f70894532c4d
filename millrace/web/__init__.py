"""What every page and endpoint shares — e.g. the error summary above a NIFS form."""
