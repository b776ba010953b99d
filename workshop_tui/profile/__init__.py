"""The hand-in: optimization profile and troubleshooting checklist as TOML, written from the notebook."""
