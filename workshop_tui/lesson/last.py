"""Which lesson a learner goes on with where none is named."""

from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.lesson.loader import DEFAULT_LESSON, open_lesson
from workshop_tui.lesson.model import Lesson
from workshop_tui.lesson.position import read_position


def last_lesson(root: Path, lang: str | None = None) -> Lesson:
    """Return the lesson of a learner's last class, else `DEFAULT_LESSON`.

    Args:
        root: The learner's folder, `LearnerPaths.root`.
        lang: The language to read it in; see `load_lesson`.

    Raises:
        UserError: There is none that can be opened.
    """
    position = read_position(root)
    # By its folder first: it may lie where lessons are not looked for.
    for name in (position.folder, position.lesson) if position else ():
        try:
            if name:
                return open_lesson(name, lang=lang)
        except UserError:  # moved, or edited into one that cannot be opened
            continue
    return open_lesson(DEFAULT_LESSON, lang=lang)
