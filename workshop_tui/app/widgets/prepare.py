"""One line in Class mode that offers an exercise's pictures ahead, and says whether they will be ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import work
from textual.content import Content
from textual.widgets import Static

from workshop_tui.app.book import Work
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


class PrepareLine(Static):
    """Hidden where nothing is to be prepared."""

    DEFAULT_CSS = """
    PrepareLine { height: 1; padding: 0 1; color: $text-accent; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    _minute = (-1, "")
    """What the clock said when the line was drawn: minutes left, and the section."""
    _waiting: tuple[str, ...] = ()
    """What was in line then."""

    def on_mount(self) -> None:
        self.display = False
        self.watch(self.app, "book", self._redraw, init=False)
        self.watch(self.app, "work", self._work_changed, init=False)
        self.watch(self.app, "clock", self._tick)

    def _redraw(self) -> None:
        if self._minute[1]:  # the class has begun
            self._draw()

    def _work_changed(self, work: Work) -> None:
        # Each denoising step is told too; what stands here changes with the line, and is read from the notebook.
        if work.waiting != self._waiting:
            self._waiting = work.waiting
            self._redraw()

    def _tick(self, clock: ClockView | None) -> None:
        # The clock ticks each second; what stands here changes with its minutes and sections.
        if clock and clock.begun:
            minute = (int(clock.class_remaining // 60), clock.current.id)
            if minute != self._minute:
                self._minute = minute
                self._draw()

    @work(exclusive=True, group="prepare")
    async def _draw(self) -> None:
        from workshop_tui.app.key_table import key_of
        from workshop_tui.app.preparation import offered, plan_now
        from workshop_tui.errors import WorkshopError

        app = cast("WorkshopApp", self.app)
        exercise = offered(app) if app.clock and app.clock.begun else None
        text = ""
        if exercise:
            try:
                now = await plan_now(app, exercise)
            except WorkshopError as error:
                text = error.message
            else:
                name, key = exercise.title.split(":")[0], key_of("app.prepare")
                if any(not cell.run_id for cell in now.pending):
                    text = f"{key}  makes all of {name} now: {now}"
                elif now.pending:
                    text = f"{name} is being made: {now}" + (f"   {key}  offers fewer" if now.is_late else "")
        self.update(Content(plain(text)), layout=False)
        self.display = bool(text)
