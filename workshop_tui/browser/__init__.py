"""The class in a browser: who is let in, and what stands between a tab and the app."""

from collections.abc import Mapping

DRIVER = "workshop_tui.app.browser_driver:BrowserDriver"
"""What Textual draws with there; the environment of the app names it."""


def in_browser(environment: Mapping[str, str]) -> bool:
    """Tell whether the app is shown by `workshop-tui serve`; stdin and stdout are pipes then."""
    return environment.get("TEXTUAL_DRIVER") == DRIVER
