"""The process that holds one model: it loads, samples and measures, and imports torch and diffusers."""

from workshop_tui.worker.quiet import quiet_environment

# The libraries read these switches when they are imported, so before anything else of this room.
quiet_environment()
