"""What is taught and when: the lesson's model, its loader and linter, and the class clock."""
