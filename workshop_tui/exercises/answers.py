"""What may be answered in a field, and answers brought into the form in which they are kept."""

from collections.abc import Sequence

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.exercises.part import Part
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.exercise import Field

RATINGS = ("1", "2", "3", "4", "5")

NOT_RATED = "not rated"
"""An answer like any other where a rating is asked for; `0` is short for it."""


def choices(part: Part, runs: Sequence[Run] = ()) -> list[str]:
    """Return the values among which a field of kind `choice` asks to choose.

    Args:
        part: A part with a sweep; without one there is nothing to choose from.
        runs: The part's runs; a learner may have changed the sweep's values.

    Returns:
        The lesson's values, then those of other pictures that were made, each as its axis writes it.
    """
    if part.sweep is None:
        return []
    base, axis = part.exercise.base_settings, AXES[part.sweep.vary]
    asked = [axis.show(msgspec.structs.replace(base, **axis.read(value))) for value in part.sweep.axis.values]
    made = [axis.show(run.settings) for run in runs if run.outcome == "ok" and run.rework is None]
    return list(dict.fromkeys([*asked, *made]))


def in_a_row(part: Part, values: Sequence[str], last: str = ", ") -> str:
    """Return values of a part's sweep in one line; prompts, which have commas of their own, with bars between them.

    Args:
        part: Whose they are.
        values: Each as its axis writes it.
        last: What stands before the last one, where they are no prompts.
    """
    if part.sweep and AXES[part.sweep.vary].is_prose:
        return AXES[part.sweep.vary].join(values)
    return last.join(filter(None, [", ".join(values[:-1]), *values[-1:]]))


def checked_answer(part: Part, field: Field, text: str, runs: Sequence[Run] = ()) -> str:
    """Return an answer as it is kept; an empty one, which takes an answer back, is always right.

    Args:
        part: What the answer is about.
        field: What is asked.
        text: What was answered.
        runs: The part's runs.

    Raises:
        UserError: The program fills this field in itself, or the answer is none of those that may be given.
    """
    where = f"{part.exercise.id} {part.id} {field.id}"
    if field.kind == "auto":
        measure = "the seconds of each picture" if field.measure == "seconds" else "the memory of each picture"
        raise UserError(f"{where}: the program fills this in itself: {measure}.", "Make the pictures of this part.")
    answer = text.strip()
    if not answer:
        return ""
    if field.kind == "rating":
        if answer in ("0", NOT_RATED):
            return NOT_RATED
        if answer.removesuffix("/5").strip() not in RATINGS:
            raise UserError(f"{where}: '{text}' is no rating.", "Give 1 (poor) to 5 (excellent), or 0: not rated.")
        return answer.removesuffix("/5").strip()
    if field.kind == "choice" and part.sweep is not None:
        allowed = choices(part, runs)
        for value in allowed:
            if same_value(part.sweep.vary, value, answer):
                return value
        hint = f"Choose one of: {in_a_row(part, allowed)}."
        raise UserError(f"{where}: '{text}' is none of this sweep's values.", hint)
    return text


def same_value(axis: str, one: str, other: str) -> bool:
    """Tell whether two texts mean the same value of an axis, such as `7` and `7.0`, or `1:1` and `1024x1024`."""
    try:
        return AXES[axis].read(one) == AXES[axis].read(other)
    except (ValueError, UserError):
        return one == other
