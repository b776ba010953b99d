"""What the learner did: runs, observations, ticks and minutes. SQLite, and the one source of truth."""
