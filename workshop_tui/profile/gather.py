"""Collects from the notebook what a hand-in is made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_tui.errors import UserError
from workshop_tui.generation.record import Run
from workshop_tui.lesson.clock import ClockState
from workshop_tui.lesson.model import Lesson
from workshop_tui.monitor.hardware import Hardware, find_hardware
from workshop_tui.notebook.entries import Check
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import LearnerPaths
from workshop_tui.profile.findings import Findings
from workshop_tui.profile.place import hand_in_place
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.generation.presets import Preset

LONGEST_CORRECTION = 100
"""Characters."""

HARDWARE_KEY = "hardware"
"""Under this the notebook keeps what was found of the machine."""


CORRECTIONS_KEY = "hardware-corrections"
"""Under this what the learner corrected by hand."""
CORRECTED = ("gpu", "vram", "driver", "cpu", "ram", "os")
"""What of a machine can be corrected."""


def suggested_key(lesson_id: str, place: int) -> str:
    """Return the name under which the notebook keeps an area for improvement that the program suggested."""
    return f"suggested:{lesson_id}:{place}"


def keep_improvement(notebook: Notebook, lesson: Lesson, place: int, text: str) -> None:
    """Write an area for improvement down, and whether it is a suggestion as it was made.

    Raises:
        UserError: It is too long, or the place is another than 1 to 3.
    """
    from workshop_tui.exercises.suggesting import is_suggestion, suggestions  # not before the class's card

    notebook.set_improvement(lesson.id, place, text)
    runs = _runs_of(notebook, lesson, notebook.checks(lesson.id))
    known = suggestions(lesson, runs, notebook.observations(lesson.id))
    if is_suggestion(text, known):
        notebook.keep(suggested_key(lesson.id, place), text)


def keep_correction(notebook: Notebook, what: str, text: str) -> None:
    """Write down what the learner knows better of this machine; an empty text takes it back.

    Raises:
        UserError: There is no such thing to correct, or the text is no short line.
    """
    if what not in CORRECTED:
        raise UserError(f"hardware: '{what}' cannot be corrected.", f"Known: {', '.join(CORRECTED)}.")
    check_correction(text)
    known = corrections(notebook) | {what: text.strip()}
    known = {key: known[key] for key in CORRECTED if known.get(key)}
    notebook.keep(CORRECTIONS_KEY, known)


def check_correction(text: str) -> None:
    """Refuse what cannot stand in a hand-in.

    Raises:
        UserError: It is no line, or a long one.
    """
    if len(text) > LONGEST_CORRECTION or text != plain(text):
        raise UserError(f"hardware: this is no line of at most {LONGEST_CORRECTION} characters.", "Shorten it.")


def corrections(notebook: Notebook) -> dict[str, str]:
    """Return what the learner corrected by hand."""
    return notebook.kept(CORRECTIONS_KEY, dict[str, str]) or {}


def clock_key(lesson_id: str) -> str:
    """Return the name under which the notebook keeps a lesson's class clock."""
    return f"clock:{lesson_id}"


def _runs_of(notebook: Notebook, lesson: Lesson, checks: Mapping[str, Check]) -> list[Run]:
    """Return a lesson's runs, and those that its checklist names, oldest first."""
    cited = {run_id for check in checks.values() for run_id in check.cited}
    runs = notebook.runs() if cited else notebook.runs(lesson=lesson.id)
    return [run for run in runs if run.origin.lesson == lesson.id or run.run_id in cited]


def gather(notebook: Notebook, lesson: Lesson, learner: str, presets: "Sequence[Preset]" = ()) -> Findings:
    """Return what the notebook holds of a learner and a lesson, and the learner's presets beside it."""
    clock = notebook.kept(clock_key(lesson.id), ClockState)
    checks = notebook.checks(lesson.id)
    improvements = notebook.improvements(lesson.id)
    return Findings(
        learner=learner,
        lesson=lesson,
        runs=_runs_of(notebook, lesson, checks),
        observations=notebook.observations(lesson.id),
        checks=checks,
        improvements=improvements,
        suggested=[
            place for place, text in improvements.items() if notebook.kept(suggested_key(lesson.id, place), str) == text
        ],
        corrections=corrections(notebook),
        minutes={section: seconds / 60 for section, seconds in clock.spent.items()} if clock else {},
        hardware=notebook.kept(HARDWARE_KEY, Hardware),
        notes=notebook.notes(lesson.id),
        presets=presets,
    )


def gather_all(notebook: Notebook, lesson: Lesson, learner: LearnerPaths) -> Findings:
    """Return all that goes into a learner's hand-in."""
    from workshop_tui.generation.presets import Presets
    from workshop_tui.profile.scenarios import judged_scenarios

    found = gather(notebook, lesson, learner.name, Presets.of(learner).mine())
    scenarios = judged_scenarios(lesson, found.runs, found.observations, learner.pictures)
    return replace(found, scenarios=scenarios)


def look_at_hardware(folder: Path) -> Hardware:
    """Describe this machine for the hand-in; asks the driver, which may take its time.

    Args:
        folder: Where pictures are kept.
    """
    from workshop_tui.monitor.nvml import NvmlReader

    reader = NvmlReader()
    try:
        return find_hardware(reader, folder)
    finally:
        reader.close()


def write_found(folder: Path, found: Findings, now: datetime) -> list[str]:
    """Bring the hand-in in a folder up to date; see `write_hand_in` for what is returned and raised."""
    from workshop_tui.profile.build import build_checklist, build_profile
    from workshop_tui.profile.write import write_hand_in

    return write_hand_in(folder, build_profile(found, now), build_checklist(found, now))


def update_hand_in(notebook: Notebook, lesson: Lesson, learner: LearnerPaths, now: datetime) -> list[str]:
    """Write a learner's hand-in as the notebook has it now; the hardware is looked at where it was not yet.

    Returns:
        Sentences for the learner; usually none.

    Raises:
        UserError: The folder is another user's, or a file in it is from a newer version.
        WorkshopError: Notebook or folder cannot be written.
    """
    keep_hardware(notebook, learner)
    return write_found(hand_in_place(learner.hand_in, lesson.id), gather_all(notebook, lesson, learner), now)


def keep_hardware(notebook: Notebook, learner: LearnerPaths) -> None:
    """Look at the hardware and keep what was found, unless that was done before."""
    if notebook.kept(HARDWARE_KEY, Hardware) is None:
        notebook.keep(HARDWARE_KEY, look_at_hardware(learner.root))
