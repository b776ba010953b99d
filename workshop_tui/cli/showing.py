"""What commands that make pictures say of a run, and where they write its picture."""

import os
from pathlib import Path

from workshop_tui.cli.common import say, say_json
from workshop_tui.errors import UserError
from workshop_tui.files import write_atomic
from workshop_tui.generation import table
from workshop_tui.generation.record import Run
from workshop_tui.paths import LearnerPaths


def show_run(run: Run, learner: LearnerPaths, out: Path | None, as_json: bool) -> None:
    """Say how one run ended and where its picture lies; write the picture to `out` too, where that is given."""
    source = learner.pictures / run.picture
    if out and run.picture:
        write_atomic(out, source.read_bytes())
    picture = str((out or source).absolute()) if run.picture else ""
    if as_json:
        say_json({**table.as_json(run), "picture": picture})
        return
    say(describe(run))
    if picture:
        say(picture)


def describe(run: Run) -> str:
    """Return one line on a run: what it was made with and how it ended."""
    s = run.settings
    out_of = ""
    if run.rework:
        kind = "final of" if run.rework.kind == "final" else "refined from"
        out_of = f", {kind} run {run.rework.source[:12]}"
        if run.rework.strength is not None:
            made = run.rework.steps(s.num_inference_steps)
            out_of += f" with strength {run.rework.strength:g}, {made} of the steps"
    together = f", {run.batch} together" if run.batch > 1 else ""
    text = f"{s.words}, seed {s.seed}{out_of}{together}: "
    if run.outcome != "ok":
        return text + f"{run.outcome}: {run.reason}"
    peak = "" if run.peak_memory_mib is None else f", peak {run.peak_memory_mib:,.0f} MiB"
    return text + f"{run.seconds.making:.1f} s{peak}" + (f" ({run.reason})" if run.reason else "")


def check_target(out: Path) -> None:
    """Refuse what is no place for a PNG.

    Raises:
        UserError: Another ending, or a folder that cannot be written.
    """
    if out.suffix.lower() != ".png":
        raise UserError(f"--out: '{out}' is no PNG file name.", "Pictures are written as PNG: end the name in .png.")
    check_folder(out.absolute().parent, missing_ok=False)


def check_folder(folder: Path, *, missing_ok: bool = True) -> None:
    """Refuse a target before minutes are spent on pictures that could not be written.

    Raises:
        UserError: It is no folder, or cannot be written.
    """
    existing = folder.absolute()
    # Not pathlib's: below a folder that may not be entered nothing is there, rather than an error.
    while missing_ok and not os.path.exists(existing) and existing != existing.parent:  # noqa: PTH110
        existing = existing.parent
    if not existing.is_dir():
        raise UserError(f"--out: {existing} is no folder.", "Make it, or choose another.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise UserError(f"--out: {existing} cannot be written by you.", "Choose another folder.")
