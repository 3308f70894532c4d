"""The pages of this stage, by subject — e.g. /cases/NIFS-7KQ2-M4XD/claims/1/."""
