"""What measured facts say of a scenario: its start, what was made since, and what is demanded."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from workshop_tui.app.key_table import key_of
from workshop_tui.exercises.scenarios import Attempt, Case, Known, Verdict, ids, judge, measured_facts, solved_by
from workshop_tui.generation.picture_statistics import PictureFacts
from workshop_tui.text import plain

HEADS = ("", "start", "this", "wanted", "")
MARKS = {True: "✓", False: "✗", None: ""}


class ScenarioBoard(Static):
    """A table of demands; it measures the pictures in the background.

    Args:
        pictures: The folder that the pictures lie in.
    """

    DEFAULT_CSS = """
    ScenarioBoard { height: auto; margin-bottom: 1; }
    """

    class Measured(Message):
        """More is known of the pictures than before."""

    def __init__(self, pictures: Path) -> None:
        super().__init__()
        self._pictures = pictures
        self._facts: dict[tuple[str, ...], PictureFacts] = {}
        self._measuring: set[tuple[str, ...]] = set()
        """What is being measured, or was: an attempt that was made before the start is measured against itself."""
        self._shown: tuple[Case, str, Known, bool] | None = None

    @property
    def is_solved(self) -> bool:
        """Whether something that was made mends the scenario."""
        return bool(self._shown and solved_by(self._shown[0], self._shown[2]))

    def show(self, case: Case, chosen: str, ratings: tuple[float | None, float | None], *, is_written: bool) -> None:
        """Draw a scenario.

        Args:
            case: How far it is.
            chosen: The run that the learner looks at; empty for none. Its attempt is shown, else the newest.
            ratings: Of the start and of what was made.
            is_written: Whether all is written that is asked about it: unsolved, it is handed in so.
        """
        self._shown = (case, chosen, Known(self._facts, *ratings), is_written)
        self._draw()
        wanted = [each for each in (case.start, *case.attempts) if each and ids(each) not in self._measuring]
        if wanted:
            self._measuring.update(ids(each) for each in wanted)
            self.run_worker(self._measure(case.start, wanted), exit_on_error=False)

    async def _measure(self, start: Attempt, wanted: Sequence[Attempt]) -> None:
        for attempt in wanted:
            self._facts[ids(attempt)] = await asyncio.to_thread(measured_facts, attempt, start, self._pictures)
            self._draw()
        self.post_message(self.Measured())

    def _draw(self) -> None:
        if self._shown is None:
            return
        case, chosen, known, is_written = self._shown
        solving = solved_by(case, known)
        attempt = next((each for each in case.attempts if chosen in ids(each)), (case.attempts or ((),))[-1])
        lines: list[Content] = [self._state(case, is_solved=bool(solving), is_written=is_written)]
        if case.start or case.attempts:
            lines.append(_table(judge(case, attempt, known), self.container_size.width))
        if case.cap and case.start and not solving:
            lines.append(Content(f"{case.cap:g} GiB of memory are all that its next picture may use."))
        self.update(Content("\n").join(lines))

    @staticmethod
    def _state(case: Case, *, is_solved: bool, is_written: bool) -> Content:
        if is_solved:
            return Content.styled("✓ Solved. Write below what worked.", "$text-success")
        if not case.start:
            seeds = f" Its pictures have a seed each ({key_of('lab.way')})." if case.scenario.seeds == "each" else ""
            return Content(f"It starts from a bad state: {key_of('lab.run')} makes it, to be measured against.{seeds}")
        tries = f"{key_of('lab.edit')} changes settings, {key_of('lab.run')} tries them."
        if not case.attempts:
            return Content(f"The start is made. {tries}")
        standing = "Not solved, and handed in so" if is_written else "Not solved yet"
        return Content.styled(f"{standing}: {tries}", "$text-warning")


def _table(verdict: Verdict, width: int) -> Content:
    """Return the demands as a table, or, where that is too wide, two lines each."""
    rows = [HEADS, *((row.label, row.start, row.now, row.wanted, MARKS[row.is_met]) for row in verdict.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    aligned = [
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:<{widths[3]}}  {row[4]}".rstrip()
        for row in rows
    ]
    if max(map(len, aligned)) > width:
        stacked = [
            f"{MARKS[row.is_met] or '-'} {row.label}: {row.start or '-'} → {row.now or '-'}\n  wanted: {row.wanted}"
            for row in verdict.rows
        ]
        aligned = ["  start → this", *stacked]
    return Content(plain("\n".join(aligned), keep_newlines=True))
