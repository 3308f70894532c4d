"""One app per step of a case's life — e.g. from the RAISe+ call to the figure that counts it."""
