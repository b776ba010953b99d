"""The shared engine: one model for all learners of a machine, behind a fair line; by one worker, or a cluster's."""
