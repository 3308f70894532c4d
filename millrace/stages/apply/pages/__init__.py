"""The pages of applying, one file per subject — e.g. /cases/NIFS-7KQ2-M4XD/draft/budget/."""
