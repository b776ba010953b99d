"""What is asked for: settings, sweeps, and the messages and client that carry them to the worker."""
