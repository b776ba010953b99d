"""A class with a shared engine: what the learner shares with the instructor, and the clock that they may follow.

No Textual here: who asks the learner, and where, hands in the answer.
"""

import contextlib
import time
from collections.abc import Callable

from workshop_tui.app.class_clock import ClassClock
from workshop_tui.app.desk import Desk
from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.protocol import Standing

LOOK_SECONDS = 2.0
"""Between two looks at the instructor's clock and at whether there is something to share."""
SHARE_SECONDS = 60.0
"""A learner who does nothing is told of again after this long: minutes behind grow."""

QUESTION = (
    "This class shares an engine. May the instructor see your section, your minutes ahead or behind and how many "
    "answers you have (never what they say)? And shall your clock follow the instructor's? {again} asks again."
)
CHOICES = (
    ("share follow", "Share, and follow the class clock"),
    ("share", "Share, at my own pace"),
    ("follow", "Share nothing, follow the class clock"),
    ("none", "Neither"),
)


class Classroom:
    """One learner's part in a class that shares an engine.

    Args:
        desk: The learner's; it is open.
        clock: The learner's class clock.
        on_follow: Called with section and state when the instructor's has gone there.
    """

    def __init__(self, desk: Desk, clock: ClassClock, on_follow: Callable[[str], None]) -> None:
        self._desk = desk
        self._clock = clock
        self._on_follow = on_follow
        self._key = f"class:{desk.learner.engine}"
        self.chosen: str | None = None
        """What the learner wants of it, one of `CHOICES`; None until they are asked."""
        self._followed: protocol.ClassClock | None = None
        self._told: Standing | None = None
        self._told_at = 0.0

    async def open(self, *, instructor: bool) -> None:
        """Find out what the learner wanted of it at an earlier time; an instructor's own clock follows."""
        self.chosen = "follow" if instructor else await self._desk.kept(self._key, str)

    async def choose(self, chosen: str) -> None:
        """Keep what the learner wants; what is no longer shared, the engine forgets."""
        if "share" in (self.chosen or "") and "share" not in chosen:
            with contextlib.suppress(WorkshopError):  # then it knows nothing to forget
                await self._desk.pictures.share(None)
        self.chosen, self._told = chosen, None
        await self._desk.keep(self._key, chosen)

    async def look(self) -> None:
        """Follow the instructor's clock, and share where the learner is, as far as they wish."""
        with contextlib.suppress(WorkshopError):  # the engine is away, or does not take this client now
            await self._take_part()

    async def _take_part(self) -> None:
        if self.chosen in (None, "none"):
            return
        await self._desk.pictures.find_engine()
        self._follow()
        if "share" not in (self.chosen or "") or not self._clock.begun:
            return
        now = self.standing()
        changed = self._told is None or (now.number, now.answers) != (self._told.number, self._told.answers)
        is_due = changed or time.monotonic() - self._told_at > SHARE_SECONDS
        if is_due and await self._desk.pictures.share(now):
            self._told, self._told_at = now, time.monotonic()

    def standing(self) -> Standing:
        """Return where the learner is."""
        lesson, book, view = self._desk.lesson, self._desk.book, self._clock.view()
        order = [section.id for section in lesson.sections]
        answers = len(book.observations) + len(book.checks) + len(book.notes) + len(book.improvements)
        number = order.index(view.current.id) + 1
        behind = None if self._clock.schedule.kind == "own" else -view.ahead / 60
        return Standing(lesson.id, number, view.current.label, behind, answers)

    def _follow(self) -> None:
        """Go where the instructor's clock is, once for each of its changes: whoever goes back meanwhile may stay."""
        clock, sections = self._desk.pictures.class_clock, self._desk.lesson.sections
        if clock is None or clock == self._followed or "follow" not in (self.chosen or ""):
            return
        if not self._clock.begun:
            return
        self._followed = clock
        if self._desk.book.read_only:  # the terminal that writes follows it
            return
        if clock.number > len(sections):
            self._on_follow(f"section {clock.number}; this lesson has {len(sections)}, and yours stays")
            return
        section = sections[clock.number - 1]
        self._clock.follow(section.id, running=clock.running)
        self._on_follow(f"{section.title}{'' if clock.running else ', paused'}")
