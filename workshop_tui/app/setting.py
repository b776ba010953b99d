"""What the app is opened with."""

from datetime import datetime

import msgspec

from workshop_tui.app.look import Look
from workshop_tui.lesson.model import Lesson
from workshop_tui.lesson.schedule import Schedule
from workshop_tui.paths import LearnerPaths, Paths


class Setting(msgspec.Struct, frozen=True):
    """What the app is opened with."""

    lesson: Lesson
    learner: LearnerPaths
    paths: Paths
    model: str | None = None
    """None takes the one of last time, the first time what fits this machine."""
    schedule: Schedule | None = None
    """None keeps the one of last time, the first time `usual_schedule`."""
    usual_schedule: Schedule | None = None
    began: datetime | None = None
    """When the class began, where the learner joins later."""
    instructor: bool = False
    """Show the instructor's notes."""
    alerts: bool = True
    """Ring, and set the terminal's title, when long work or the break ends."""
    pictures: str = "half"
    """How pictures are drawn: a name of `exercises.seeing.DRAWN`."""
    look: Look = Look()
