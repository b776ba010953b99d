"""What a learner does in a lab: one file and one row of `registry.KINDS` per kind of exercise."""
