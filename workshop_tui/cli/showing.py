"""What commands that make pictures say of a run, and where they write its picture."""

import os
from collections.abc import Sequence
from pathlib import Path

from workshop_tui.cli.common import say, say_json, say_wrapped
from workshop_tui.cli.drifting import drift_lines, drifts
from workshop_tui.errors import UserError
from workshop_tui.files import write_atomic
from workshop_tui.generation import table
from workshop_tui.generation.record import Run
from workshop_tui.paths import LearnerPaths


def show_runs(
    runs: Sequence[Run], known: Sequence[Run], learner: LearnerPaths, out: Path | None, as_json: bool
) -> None:
    """Say how runs ended and where their pictures lie; write the pictures to `out` too, where that is given.

    Args:
        runs: Those of one request.
        known: The notebook's runs, oldest first: a lossy run is compared with the exact one among them.
        learner: Whose.
        out: Where the picture is written too; of several, each gets its number behind the name.
        as_json: Say it as one object, several as its `runs`.
    """
    targets = _targets(out, len(runs)) if out else [None] * len(runs)
    shown = list(zip(runs, (_picture(*pair, learner) for pair in zip(runs, targets, strict=True)), strict=True))
    if as_json:
        found = drifts(runs, known, learner.pictures)
        objects = [{**table.as_json(run), "picture": path, "drift": found.get(run.run_id)} for run, path in shown]
        say_json(objects[0] if len(objects) == 1 else {"runs": objects})
        return
    for run, path in shown:
        say(describe(run))
        if path:
            say(path)
    for note in notes(runs):
        say_wrapped(note)
    for text in drift_lines(runs, known, learner.pictures):
        say_wrapped(text)


def notes(runs: Sequence[Run]) -> list[str]:
    """Return what is to be known of pictures that were made, each sentence once."""
    return list(dict.fromkeys(run.reason for run in runs if run.outcome == "ok" and run.reason))


def _targets(out: Path, count: int) -> list[Path]:
    return [out] if count == 1 else [out.with_stem(f"{out.stem}-{place}") for place in range(1, count + 1)]


def _picture(run: Run, out: Path | None, learner: LearnerPaths) -> str:
    """Return where a run's picture lies, empty for none; `out` gets a copy."""
    source = learner.pictures / run.picture
    if out and run.picture:
        write_atomic(out, source.read_bytes())
    return str((out or source).absolute()) if run.picture else ""


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
    return f"{s.words}, seed {s.seed}{out_of}{together}: {ending(run)}"


def ending(run: Run) -> str:
    """Return how a run ended, in a few words; what is to be known of it beside is in `notes`."""
    if run.outcome != "ok":
        return f"{run.outcome}: {run.reason}"
    peak = "" if run.peak_memory_mib is None else f", peak {run.peak_memory_mib:,.0f} MiB"
    energy = run.usage.energy if run.usage else None
    return f"{run.seconds.making:.1f} s{peak}{f', {energy.joules:,.0f} J' if energy else ''}"


def check_target(out: Path) -> None:
    """Refuse what is no place for a PNG.

    Raises:
        UserError: Another ending, or a folder that cannot be written.
    """
    if out.suffix.lower() != ".png":
        raise UserError(f"--out: '{out}' is no PNG file name.", "Pictures are written as PNG: end the name in .png.")
    check_folder(out.absolute().parent, "--out", missing_ok=False)


def check_pictures(out: Path, count: int, *, force: bool) -> None:
    """Refuse what is no place for pictures or, without force, one where there is something already.

    Args:
        out: As `show_runs` takes it.
        count: Of the pictures.
        force: What is there may go.

    Raises:
        UserError: Names the file.
    """
    check_target(out)
    for path in _targets(out, count):
        try:
            is_folder, is_there = path.is_dir(), path.exists()
        except OSError as error:  # a name that is too long
            raise UserError(f"--out: {path.absolute()}: {error.strerror}.", "Choose another name.") from None
        if is_folder:
            raise UserError(f"--out: {path.absolute()} is a folder.", "Choose another name.")
        if is_there and not force:
            raise UserError(
                f"--out: {path.absolute()} is there already, and would be lost.",
                "Choose another name, or give --force.",
            )


def check_folder(folder: Path, option: str, *, missing_ok: bool = True) -> None:
    """Refuse a target before minutes are spent on pictures that could not be written.

    Args:
        folder: Where something is to be written.
        option: Which names it.
        missing_ok: It may be made.

    Raises:
        UserError: It is no folder, or cannot be written.
    """
    existing = folder.absolute()
    # Not pathlib's: below a folder that may not be entered nothing is there, rather than an error.
    while missing_ok and not os.path.exists(existing) and existing != existing.parent:  # noqa: PTH110
        existing = existing.parent
    if not existing.is_dir():
        raise UserError(f"{option}: {existing} is no folder.", "Make it, or choose another.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise UserError(f"{option}: {existing} cannot be written by you.", "Choose another folder.")
