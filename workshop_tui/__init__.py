"""The terminal workshop assistant for FLUX.1 classes."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("workshop-tui")
except PackageNotFoundError:  # run from a folder that was never installed
    __version__ = "0+unknown"
