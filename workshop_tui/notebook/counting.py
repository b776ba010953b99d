"""How many runs there are, in words that say what is counted."""

from collections.abc import Iterable, Sequence

from workshop_tui.generation.record import Run
from workshop_tui.text import counted


def tries_words(runs: Iterable[Run]) -> str:
    """Return how many runs are tries of searches for a limit: `1 try of a search`; empty for none."""
    tries = sum(run.origin.is_try for run in runs)
    return "" if not tries else "1 try of a search" if tries == 1 else f"{tries} tries of searches"


def runs_words(runs: Sequence[Run], whose: str) -> str:
    """Return how many runs there are, those among them that only tried a limit too.

    Args:
        runs: Which.
        whose: `of this lesson`.
    """
    tries = tries_words(runs)
    return f"{counted(len(runs), 'run')} {whose}{f' (with {tries})' if tries else ''}"
