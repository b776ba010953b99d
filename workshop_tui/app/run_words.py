"""How a run is told in a line, wherever it is shown. No Textual here."""

from workshop_tui.generation.fields import said
from workshop_tui.generation.protocol import Place
from workshop_tui.generation.record import Run
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.text import counted, plain


def circumstances(run: Run) -> list[str]:
    """Return what a run's time and memory cannot be read without: `shared`, `3 together`, `simulated 6 GiB`."""
    told = ["shared"] if run.shared else []
    told += [f"{run.batch} together"] if run.batch > 1 else []
    if run.placing and run.placing.cap_gib:
        told.append(f"simulated {run.placing.cap_gib:g} GiB")
    return told


def noteworthy(run: Run) -> str:
    """Return what a run says of itself beside its outcome; what its sampler's row says already is left out."""
    return run.reason.replace(SAMPLERS[run.settings.sampler].note, "").strip() if run.outcome == "ok" else run.reason


def why_not(run: Run | None) -> str:
    """Return why a run has no picture: `refused: ...`; empty where it has one, or was stopped on purpose."""
    if run is None or run.outcome in ("ok", "bad-picture", "cancelled"):
        return ""
    return plain(f"{run.outcome}: {run.reason}")


def place_in_row(place: Place) -> str:
    """Return where a picture stands in a shared engine's line, as short as a row needs it: `after 2 others`."""
    return f"after {counted(place.ahead, 'other')}" if place.ahead else "next in line"


def settings_first(run: Run, first: str = "") -> str:
    """Return a run's settings, one of them at the front: `Heun, 28 steps, guidance 3.5, 512x512, seed 42`."""
    told = said(run.settings)
    return ", ".join(told[name] for name in sorted(told, key=lambda name: name != first))


def made_with(run: Run) -> str:
    """Return all that a picture was made with: settings, model, and where and how it ran."""
    parts = [settings_first(run), run.model.name if run.model else ""]
    if run.placing:  # its words name the cap as well
        parts.append(run.placing.words)
    parts.append(f"{run.batch} together" if run.batch > 1 else "")
    parts.append("shared: made for another learner" if run.shared else "")
    return ", ".join(part for part in parts if part)
