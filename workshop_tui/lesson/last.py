"""Which lesson a learner goes on with where none is named."""

from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.lesson.loader import DEFAULT_LESSON, find_lesson, load_lesson, open_lesson
from workshop_tui.lesson.model import Lesson
from workshop_tui.lesson.position import read_position


def last_lesson(root: Path, lang: str | None = None) -> Lesson:
    """Return the lesson of a learner's last class; `DEFAULT_LESSON` where there was none, or it is gone.

    Args:
        root: The learner's folder, `LearnerPaths.root`.
        lang: The language to read it in; see `load_lesson`.

    Raises:
        UserError: There is none, or that of the last class has an error.
    """
    position = read_position(root)
    # By its folder first: it may lie where lessons are not looked for.
    for name in filter(None, (position.folder, position.lesson)) if position else ():
        try:
            folder = find_lesson(name)
        except UserError:  # moved, or removed
            continue
        try:
            return load_lesson(folder, lang)
        except UserError as error:  # another in its place would get what is written for this one
            todo = "Mend it, or name another lesson by its id: `workshop-tui lesson list` has them."
            raise UserError(error.message, "\n  ".join(filter(None, (error.hint, todo)))) from None
    return open_lesson(DEFAULT_LESSON, lang=lang)
