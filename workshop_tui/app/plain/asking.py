"""The questions of a part, one after the other; each answer is kept at once."""

from collections.abc import Sequence

from workshop_tui.app.plain.menu import Leave
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.errors import UserError
from workshop_tui.exercises.answers import RATINGS, checked_answer, choices
from workshop_tui.exercises.blind import SEEN
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Cell, Setup, measured
from workshop_tui.lesson.exercise import Field
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.store import LONGEST_TEXT

HOW_SEEN = "not seen, told by measured facts"
"""What a rating says of how its picture was seen."""


async def keep_answers(sitting: Sitting, part: Part, setup: Setup, cells: Sequence[Cell]) -> None:
    """Ask each of a part's questions, and keep what is answered.

    Raises:
        UserError: Another terminal writes.
        Leave: There is no further line.
    """
    if sitting.book.read_only:
        raise UserError("Another terminal of yours writes.", "over, in the lesson, writes here.")
    sitting.console.say("Enter alone keeps what stands there, - takes it back.")
    for field in part.asks:
        if field.kind == "auto":
            sitting.console.say(f"{field.label}: {measured(field, cells) or 'filled in when a picture is there'}")
        else:
            await _ask(sitting, part, field, setup)


async def ask_line(sitting: Sitting, question: str, before: str) -> str | None:
    """Return what is typed in answer to a question; None where what stands there is kept.

    Raises:
        Leave: There is no further line.
    """
    now = f" [{before}]" if before else ""
    end = "" if question.endswith("?") and not now else ":"
    line = await sitting.console.ask(f"{question.removesuffix(':')}{now}{end} ")
    if line is None:
        raise Leave
    if len(line) > LONGEST_TEXT:
        raise UserError(f"The answer has {len(line):,} characters.", f"{LONGEST_TEXT:,} are the most.")
    return None if not line.strip() else "" if line.strip() == "-" else line.strip()


async def _ask(sitting: Sitting, part: Part, field: Field, setup: Setup) -> None:
    runs = [run for run in sitting.book.runs if part.owns(run.origin)]
    values = dict.fromkeys([*setup.values, *choices(part, runs)])
    hint = {"rating": " (1 poor to 5 excellent, 0 not rated)", "choice": f" (one of {', '.join(values)})"}
    required = "" if field.required else " (may stay empty)"
    while True:
        before = part.answer(field.id, list(sitting.book.observations))
        text = await ask_line(sitting, f"{field.label}{hint.get(field.kind, '')}{required}", before)
        if text is None:
            return
        try:
            answer = text if text in values else checked_answer(part, field, text, runs)
        except UserError as error:
            sitting.console.complain(str(error))
            if sitting.console.is_live:
                continue
            return  # the next line of a file answers the next question
        await sitting.desk.observe(Observation(part.exercise.id, part.id, field.id, answer))
        if field.kind == "rating":
            how = HOW_SEEN if answer in RATINGS else ""
            await sitting.desk.observe(Observation(part.exercise.id, part.id, f"{SEEN}{field.id}", how))
        return
