"""What a learner takes away from a class: the values found best, the ratings, and the notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workshop_tui.exercises.answers import NOT_RATED
from workshop_tui.exercises.registry import all_parts
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.entries import Observation


@dataclass(frozen=True)
class Takeaway:
    """What was found in one part of an exercise, or noted on one section."""

    about: str
    """The part's title, or the section's."""
    text: str
    """May have several lines."""


def takeaways(lesson: Lesson, observations: Sequence[Observation], notes: Mapping[str, str]) -> list[Takeaway]:
    """Return what was found and noted, the exercises' parts first, each in the lesson's order.

    Args:
        lesson: What is taught.
        observations: The learner's answers.
        notes: Their notes, by section or page.
    """
    found: list[Takeaway] = []
    for part in all_parts(lesson):
        said: list[str] = []
        for field in part.asks:
            answer = part.answer(field.id, list(observations))
            if answer and field.kind == "choice":
                said.insert(0, f"best {answer}")
            elif answer and field.kind == "rating":
                said.append(f"{field.label.rstrip('?.:')} {answer}{'' if answer == NOT_RATED else '/5'}")
        if said:
            found.append(Takeaway(part.title, "\n".join(said)))
    read = lesson.reading_order(instructor=True)
    return found + [Takeaway(part.label, notes[part.id].strip()) for part in read if part.id in notes]
