"""One lesson's hand-in, away from the screen's loop and from the answers: it takes what they must not wait for."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from workshop_tui.generation.record import Run
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import LearnerPaths
from workshop_tui.profile.gather import gather_all, write_found
from workshop_tui.profile.place import hand_in_place

if TYPE_CHECKING:
    from workshop_tui.profile.overview import Overview
    from workshop_tui.profile.package import Package

T = TypeVar("T")


class HandIn:
    """Gathers it from the notebook over a connection of its own, and writes it.

    Args:
        lesson: Whose.
        learner: Whose folders.
    """

    def __init__(self, lesson: Lesson, learner: LearnerPaths) -> None:
        self._lesson = lesson
        self._learner = learner
        self.folder = learner.hand_in
        """Where it lies."""
        self._one_at_a_time = threading.Lock()

    def find_place(self) -> None:
        """Look where it lies: each lesson's in a folder of its own, where there are several.

        Raises:
            UserError: The folder is another user's.
        """
        self.folder = hand_in_place(self._learner.hand_in, self._lesson.id)

    async def overview(self) -> "Overview":
        """Return it at a glance, as the notebook has it now.

        Raises:
            WorkshopError: The notebook cannot be read.
        """
        from workshop_tui.profile.overview import overview  # not before the first paint

        return await self._beside(
            lambda notebook: overview(gather_all(notebook, self._lesson, self._learner), datetime.now(UTC))
        )

    async def write(self) -> list[str]:
        """Bring both files up to date; see `write_hand_in` for what is returned and raised."""

        def write(notebook: Notebook) -> list[str]:
            return write_found(self.folder, gather_all(notebook, self._lesson, self._learner), datetime.now(UTC))

        return await self._beside(write)

    async def write_sheets(self, runs: Sequence[Run]) -> None:
        """Bring the contact sheets up to date.

        Raises:
            WorkshopError: The folder cannot be written.
        """
        from workshop_tui.profile.sheets import write_sheets  # not before the card

        await asyncio.to_thread(write_sheets, self.folder, self._lesson, runs, self._learner.pictures)

    async def export(self) -> "Package":
        """Write all of it, report and all.

        Raises:
            WorkshopError: That did not work.
        """
        from workshop_tui.profile.package import write_package  # not before the first paint

        def write(notebook: Notebook) -> "Package":
            return write_package(self.folder, notebook, self._lesson, self._learner, datetime.now(UTC))

        return await self._beside(write)

    async def _beside(self, call: Callable[[Notebook], T]) -> T:
        def work() -> T:
            # A later call reads what is there after an earlier one has written, and so writes last what is newest.
            with (
                self._one_at_a_time,
                contextlib.closing(Notebook(self._learner.notebook, self._learner.pictures)) as notebook,
            ):
                return call(notebook)

        return await asyncio.to_thread(work)
