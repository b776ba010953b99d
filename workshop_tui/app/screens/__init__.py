"""One screen a file; each is a mode of the app or a question that it asks."""
