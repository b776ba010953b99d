"""Trains the built-in model: `python -m workshop_tui.models.train`; the README in `workshop_tui/models` tells how."""
