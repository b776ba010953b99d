"""Readings of the GPU, the host and the worker, as frozen snapshots."""
