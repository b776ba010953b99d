"""What the Lab says of a part beside the table: a scenario's facts, a ladder's rungs and presets, a search's tries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workshop_tui.app.key_table import key_of, with_keys
from workshop_tui.app.lab_state import (
    case_of,
    ladder_of,
    limits_found,
    predicted,
    presets_of,
    rungs_of,
    save_presets,
    search_minutes,
    seconds_left,
    siblings,
)
from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.widgets.answers import Answers
from workshop_tui.errors import UserError
from workshop_tui.exercises.fastest import three_presets, verdict
from workshop_tui.exercises.limits import batch_lines, found_by, result, search_runs
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.scenarios import ratings
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.pace import duration
from workshop_tui.generation.settings import Settings
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


def show_boards(
    app: WorkshopApp, answers: Answers, part: Part, settings: Settings, cells: Sequence[Cell], chosen: Cell | None
) -> None:
    """Show how far a part's scenario, ladder or search is, where it is one.

    Args:
        app: The app.
        answers: Where it is shown.
        part: Which.
        settings: What it is run with.
        cells: Its pictures.
        chosen: The one that the learner looks at.
    """
    if part.scenario:
        run_id = chosen.run.run_id if chosen and chosen.run else ""
        try:
            case = case_of(app.desk, part)
        except UserError as error:  # a start, say, of a size that this model does not make
            answers.show_board([plain(str(error))])
            return
        observations = list(app.book.observations)
        is_written = not part.unanswered(observations)
        answers.show_case(case, run_id, ratings(part, observations), is_written=is_written)
    elif part.ladder:
        answers.show_board(_ladder_lines(app, part, cells))
    elif part.search:
        answers.show_board(_search_lines(app, part, settings, answers.scrollable_content_region.width))
    elif part.sums_up:
        answers.show_board(_summing_lines(app, part))


def _ladder_lines(app: WorkshopApp, part: Part, cells: Sequence[Cell]) -> list[str]:
    found = rungs_of(app.desk, part, cells)
    lines = [with_keys(verdict(found)), *(f"  {rung.words}" for rung in found)]
    if three_presets(found):
        lines.append(f"{key_of('lab.presets')} keeps three presets of it: preview, balanced, best.")
    lacking = [cell for cell in cells if not cell.done]
    left = seconds_left(app.class_clock.view(), part)
    if lacking and left is not None:
        lines.append(f"{len(lacking)} to make: {duration(predicted(app.desk, lacking))}; time left: {duration(left)}.")
    return lines


def _search_lines(app: WorkshopApp, part: Part, settings: Settings, width: int) -> list[str]:
    found, hunts = found_by(part, settings, search_runs(part, app.book.runs, app.model)), app.desk.hunts
    lines: list[str] = []
    if hunts.name == part.name and hunts.seconds_left:
        left, stop = duration(hunts.seconds_left), key_of("lab.stop")
        lines.append(f"It is being looked for: {left} more at most. {stop} stops it.")
    elif not found.probes:
        longest = duration(60 * search_minutes(app.class_clock.view(), part))
        lines.append(f"{key_of('lab.run')} looks for it, one step a try: {longest} at most.")
    if found.probes:
        lines.append(result(found, settings.num_inference_steps))
    return [*lines, *(batch_lines(found.probes, width) if part.search == "max-batch" else ())]


def _summing_lines(app: WorkshopApp, part: Part) -> list[str]:
    """Return what the exercise's other parts have found."""
    lines = limits_found(app.desk, part)
    for ladder in (each for each in siblings(app.desk, part) if each.ladder):
        found = rungs_of(app.desk, ladder, ())
        lines.append(with_keys(verdict(found)))
        if three_presets(found):
            lines.append(f"{key_of('lab.presets')} keeps three presets of it: preview, balanced, best.")
    return ["What the other parts have found:", *(f"  {line}" for line in lines)]


def _why_none(app: WorkshopApp, part: Part) -> str:
    """Say why a part gives no presets: its ladder is not rated, or the lesson has it elsewhere, or not at all."""
    if ladder_of(app.desk, part):
        return "rate two of its rungs acceptable first"
    ladder = next((each for each in all_parts(app.lesson) if each.ladder), None)
    return f"the one in {plain(ladder.exercise.title.split(':')[0])} does" if ladder else "this lesson has none"


async def keep_three_presets(app: WorkshopApp, part: Part, cells: Sequence[Cell]) -> None:
    """Keep what a ladder showed as presets preview, balanced and best, after a question.

    Args:
        app: The app.
        part: The ladder, or a part that sums it up.
        cells: The part's pictures.

    Raises:
        WorkshopError: They cannot be written.
    """
    found = presets_of(app.desk, part, cells)
    if not found:
        app.notify(
            f"Three presets come of a ladder that was rated blind ({key_of('lab.blind')}); {_why_none(app, part)}.",
            markup=False,
        )
        return
    told = "; ".join(f"{preset.name} {preset.words}" for preset in found)
    if len({preset.words for preset in found}) == 1:
        told = f"All are {found[0].words}: nothing slower was rated higher"
    choices = [("yes", "Keep them; the Lab's form and --preset offer them"), ("no", "Leave it")]
    if await app.push_screen_wait(ChoiceScreen(f"Keep three presets? {told}.", choices)) == "yes":
        await save_presets(app.desk, found)
        app.notify("Kept: preview, balanced, best. They are in the hand-in.")
