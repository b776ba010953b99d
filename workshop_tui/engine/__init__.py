"""The shared engine: one loaded model for all learners of a machine, behind a fair line."""
