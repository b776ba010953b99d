"""The terminal workshop assistant for FLUX.1 classes."""

__version__ = "0.1.0"
