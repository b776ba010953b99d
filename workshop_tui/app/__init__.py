"""The Textual app: the only room, beside the command that opens it, that knows Textual."""
