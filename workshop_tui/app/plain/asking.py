"""The questions of a part, one after the other; each answer is kept at once."""

import contextlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from workshop_tui.app.plain.menu import Leave, Left, pick
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.errors import UserError
from workshop_tui.exercises.answers import RATINGS, checked_answer, choices, in_a_row
from workshop_tui.exercises.blind import SEEN
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Cell, Setup, measured
from workshop_tui.lesson.exercise import Field
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.store import LONGEST_TEXT

T = TypeVar("T")

LEAVES = "back"
"""Leaves a question, and those that would follow it."""

KEEPS = f"Enter alone keeps what stands there, - takes it back, {LEAVES} leaves the questions."
"""Said once, where answers begin."""

HOW_SEEN = "not seen, told by measured facts"
"""What a rating says of how its picture was seen."""


async def keep_answers(sitting: Sitting, part: Part, setup: Setup, cells: Sequence[Cell]) -> None:
    """Ask each of a part's questions, and keep what is answered.

    Raises:
        UserError: Another terminal writes.
        Left: The questions are left.
        Leave: There is no further line.
    """
    sitting.check_writes()
    sitting.console.say(KEEPS)
    for field in part.asks:
        if field.kind == "auto":
            sitting.console.say(f"{field.label}: {measured(field, cells) or 'filled in when a picture is there'}")
        else:
            await _ask(sitting, part, field, setup)


async def ask_line(sitting: Sitting, question: str, before: str) -> str | None:
    """Return what is typed in answer to a question; None where what stands there is kept.

    Raises:
        Left: The question is left.
        Leave: There is no further line.
    """
    now = f" [{before}]" if before else ""
    end = "" if question.endswith("?") and not now else ":"
    line = await sitting.console.ask(f"{question.removesuffix(':')}{now}{end} ")
    if line is None:
        raise Leave
    if line.strip().lower() == LEAVES:
        raise Left
    if len(line) > LONGEST_TEXT:
        raise UserError(f"The answer has {len(line):,} characters.", f"{LONGEST_TEXT:,} are the most.")
    return None if not line.strip() else "" if line.strip() == "-" else line.strip()


async def ask_for(
    sitting: Sitting, question: str, before: str, read: Callable[[str], T], *, enter: str | None = None
) -> T | None:
    """Return what an answer means; asked again where somebody types and it means nothing.

    Args:
        sitting: Whose.
        question: What is asked.
        before: What stands there.
        read: Turns the answer into what it means; raises `UserError` where it means nothing.
        enter: The answer that Enter alone is; None keeps what stands there.

    Returns:
        None where what stands there is kept.

    Raises:
        Left: The question is left.
        Leave: There is no further line.
    """
    while True:
        text = await ask_line(sitting, question, before)
        text = enter if text is None else text
        if text is None:
            return None
        try:
            return read(text)
        except UserError as error:
            sitting.console.complain(str(error))
            if not sitting.console.is_live:
                return None  # the next line of a file answers the next question


async def decide(sitting: Sitting, question: str, likely: str, read: Callable[[str], T]) -> T | None:
    """Return what an answer means to a question that can be left alone: Enter takes what is likely.

    Args:
        sitting: Whose.
        question: What is asked, without its end.
        likely: What stands there; empty where nothing is.
        read: Turns the answer into what it means; raises `UserError` where it means nothing.

    Returns:
        None where it is left.

    Raises:
        Leave: There is no further line.
    """
    with contextlib.suppress(Left):
        return await ask_for(sitting, f"{question}; {LEAVES} leaves it", likely, read, enter=likely or None)


async def choose(
    sitting: Sitting, question: str, choices: Sequence[tuple[str, str]], likely: str, typed: str = ""
) -> str | None:
    """Return which of several answers is chosen, by its number or name.

    Args:
        sitting: Whose.
        question: One sentence or more.
        choices: Each answer and what is said of it.
        likely: The one that Enter takes; where it is none of them, Enter leaves the question.
        typed: What was answered before the question was asked; empty asks it.

    Returns:
        None where the question is left.

    Raises:
        UserError: What was typed is none of them.
        Leave: There is no further line.
    """
    names = [name for name, _ in choices]

    def read(text: str) -> str:
        return names[pick(names, text, lambda name: (name.lower(),), f"answer: 1 to {len(names)}")]

    if typed:
        return read(typed)
    sitting.console.say(question)
    sitting.console.say("\n".join(f"{number}. {text}" for number, (_, text) in enumerate(choices, 1)))
    return await decide(sitting, "Which, by number", str(names.index(likely) + 1) if likely in names else "", read)


async def _ask(sitting: Sitting, part: Part, field: Field, setup: Setup) -> None:
    runs = [run for run in sitting.book.runs if part.owns(run.origin)]
    values = list(dict.fromkeys([*setup.values, *choices(part, runs)]))
    hint = {"rating": " (1 poor to 5 excellent, 0 not rated)", "choice": f" (one of {in_a_row(part, values)})"}
    required = "" if field.required else " (may stay empty)"

    def read(text: str) -> str:
        is_value = field.kind == "choice" and text in values
        return text if is_value else checked_answer(part, field, text, runs)

    before = part.answer(field.id, list(sitting.book.observations))
    answer = await ask_for(sitting, f"{field.label}{hint.get(field.kind, '')}{required}", before, read)
    if answer is None:
        return
    kept = [Observation(part.exercise.id, part.id, field.id, answer)]
    if field.kind == "rating":
        how = HOW_SEEN if answer in RATINGS else ""
        kept.append(Observation(part.exercise.id, part.id, f"{SEEN}{field.id}", how))
    if not all([await sitting.desk.observe(each) for each in kept]):
        sitting.told(False, "")
