"""A class with a shared engine, as lines: what the instructor sees of the learner, and whose clock counts."""

import asyncio
from collections.abc import Sequence

from workshop_tui.app.classroom import CHOICES, LOOK_SECONDS, QUESTION, Classroom
from workshop_tui.app.plain.asking import choose
from workshop_tui.app.plain.menu import Command
from workshop_tui.app.plain.sitting import Sitting


class Sharing:
    """The learner's part in the class; nothing where each has a worker of their own.

    Args:
        sitting: Whose; it is open.
    """

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._room = Classroom(sitting.desk, sitting.clock, self._followed)
        asks = "asks what the instructor sees of you, and whose clock counts"
        self.commands: Sequence[Command] = (
            (Command("share", asks, self._share, "[N]"),) if sitting.learner.engine else ()
        )

    async def open(self) -> None:
        """Ask a learner who was never asked, and from then on share and follow as they wish.

        Raises:
            Leave: There is no further line.
        """
        sitting = self._sitting
        if not sitting.learner.engine:
            return
        await self._room.open(instructor=sitting.setting.instructor)
        if self._room.chosen is None and not sitting.console.is_live:  # a file's next line is not for this
            sitting.console.say("This class shares an engine: share says what the instructor may see; now nothing.")
        elif self._room.chosen is None and not sitting.book.read_only:
            await self._share("")
        sitting.spawn(self._keep_up())

    async def _keep_up(self) -> None:
        while True:
            await self._room.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def _share(self, rest: str) -> None:
        sitting = self._sitting
        sitting.check_writes()
        question = QUESTION.format(again="share")
        chosen = await choose(sitting, question, CHOICES, self._room.chosen or CHOICES[0][0], rest)
        if chosen:
            await self._room.choose(chosen)
            sitting.console.say(f"Kept: {dict(CHOICES)[chosen].lower()}.")

    def _followed(self, where: str) -> None:
        self._sitting.console.say(f"The instructor's clock: {where}. go alone reads where yours is.")
