"""What to do when a model had no room: wait, take the built-in one, or go to another engine."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from typing import TYPE_CHECKING

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.book import Work
from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.errors import WorkshopError
from workshop_tui.generation.fit import MemoryNow
from workshop_tui.generation.known_models import size
from workshop_tui.generation.models import BUILT_IN, label
from workshop_tui.generation.protocol import Job
from workshop_tui.generation.record import Run, Shortage
from workshop_tui.monitor.memory_now import memory_now
from workshop_tui.monitor.own_gpu import likely_gpu
from workshop_tui.monitor.snapshot import Snapshot
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

POLL_SECONDS = 10.0
"""How often a wait looks whether there is room."""

_MIB = 2**20


class NoRoom:
    """Collects the pictures that were refused for want of memory, and asks once, in the Lab, what to do about them.

    Args:
        app: Whose pictures.
    """

    def __init__(self, app: WorkshopApp) -> None:
        self._app = app
        self._refused: list[Run] = []
        self._asking = False
        self._patient = False
        """The learner waits: what is refused again waits again, without a question."""

    def ended(self, run: Run) -> bool:
        """Take notice of a run that has ended, however it did; tell whether the learner will be asked about it."""
        if run.outcome == "ok":
            self._patient = False
        item = self._app.desk.pictures.asked.get(run.run_id)
        if run.shortage is None or item is None or run.origin.model:  # a search takes it as its answer
            return False
        if item.rework and item.rework.kind == "refined":  # its source is not at hand: where it was asked for, it is
            return False
        if not self._refused and self._app.current_mode != "lab":
            self._app.notify(
                f"There is no room for the model: the Lab ({key_of('app.lab')}) asks what to do.", severity="warning"
            )
        self._refused.append(run)
        return True

    def look(self) -> None:
        """Ask, if there is something to ask, the line has ended, and the learner is in the Lab at no other question."""
        app = self._app
        if (
            self._refused
            and not self._asking
            and not app.work.waiting
            and app.current_mode == "lab"
            and not isinstance(app.screen, ModalScreen)
            and not app.book.read_only
        ):
            self._asking = True
            app.run_worker(self._ask(), group="no-room")

    async def _ask(self) -> None:
        app = self._app
        shortage = self._refused[-1].shortage
        try:
            assert shortage is not None
            question = _question(self._refused[-1].reason, self._can_wait(shortage), app.model)
            answer = "wait" if self._patient else await app.push_screen_wait(question)
            if answer == "wait":
                waiting = WaitScreen(shortage, self._patient)
                app.push_screen(waiting)
                self._patient = await waiting.over()
            # Only now: the line is empty a moment before the last of its pictures is told of.
            refused, self._refused = self._refused, []
            if answer == "wait" and self._patient:
                await self._again(refused)
            elif answer == "built-in":
                app.use_model(BUILT_IN)
                await self._again(refused)
            elif answer == "engine":
                leave = f"Leave with {key_of('app.quit')}, then: workshop-tui class --engine SOCKET."
                app.notify(f"{leave} Ask whoever runs it for the socket.")
        except WorkshopError as error:
            app.notify(plain(str(error), keep_newlines=True), severity="error", markup=False)
        finally:
            self._asking = False

    def _can_wait(self, shortage: Shortage) -> bool:
        """Tell whether the machine has so much memory at all."""
        memory = _memory(self._app.snapshot, self._app.work)
        total = memory and (memory.gpu_total if shortage.place == "gpu" else memory.host_total)
        return total is None or total >= shortage.needed * _MIB

    async def _again(self, refused: list[Run]) -> None:
        """Ask for the same pictures once more; as new runs, because the refused ones have ended."""
        pictures = self._app.desk.pictures
        for cap in dict.fromkeys(pictures.caps.get(run.run_id) for run in refused):
            alike = [run.run_id for run in refused if pictures.caps.get(run.run_id) == cap]
            items = tuple(msgspec.structs.replace(pictures.asked[each], run_id=uuid.uuid4().hex) for each in alike)
            await pictures.make(Job(uuid.uuid4().hex, items, self._app.model, cap=cap))


def _question(reason: str, can_wait: bool, model: str) -> ChoiceScreen:
    choices: list[tuple[str, str]] = []
    if can_wait:
        choices.append(("wait", f"Wait, and try again when there is room (looks every {POLL_SECONDS:.0f} s)"))
    if model != BUILT_IN:
        choices.append(("built-in", f"Use the {label(BUILT_IN)}"))
    choices += [("engine", "Go to another engine (--engine)"), ("leave", "Leave it")]
    text = reason.partition(" Wait until")[0]  # the hint names the same ways out once more
    return ChoiceScreen(plain(text if can_wait else f"{text} That is more than this machine has."), choices)


class WaitScreen(ModalScreen[None]):
    """Waits until there is room, or until the learner ends the wait.

    Only the Lab waits: the keys of the other modes lead to them, and the wait goes on meanwhile.

    Args:
        shortage: What was short.
        again: There seemed to be room before, and there was none.
    """

    BINDINGS = keys(
        "wait",
        Binding("escape", "end(False)", "End the wait", id="end", tooltip="Wait no longer"),
        Binding("1", "app.switch_mode('class')", "Class", id="class", show=False, tooltip="Go there while it waits"),
        Binding(
            "3", "app.switch_mode('monitor')", "Monitor", id="monitor", show=False, tooltip="Go there while it waits"
        ),
        Binding(
            "4",
            "app.switch_mode('troubleshoot')",
            "Troubleshoot",
            id="troubleshoot",
            show=False,
            tooltip="Go there while it waits",
        ),
        Binding(
            "5", "app.switch_mode('profile')", "Profile", id="profile", show=False, tooltip="Go there while it waits"
        ),
    )

    def __init__(self, shortage: Shortage, again: bool = False) -> None:
        super().__init__()
        self._shortage = shortage
        self._again = again
        self._began = time.monotonic()
        self._over: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def over(self) -> bool:
        """Wait for the end of the wait; tell whether there is room."""
        return await self._over

    def action_end(self, room: bool) -> None:
        """End the wait."""
        if not self._over.done():
            self._over.set_result(room)
        self.on_screen_resume()

    def on_screen_resume(self) -> None:
        if self._over.done() and self.is_active:  # behind another mode it stays until the Lab is there again
            self.dismiss()

    def compose(self) -> ComposeResult:
        with Vertical(classes="ask"):
            yield Static(id="wait-text")
            yield Static(Content.styled(_told(), "$text-muted"))
        yield KeyLine()

    def on_mount(self) -> None:
        self._draw()
        self.set_interval(1.0, self._draw)
        self.set_interval(POLL_SECONDS, self._look)

    def _draw(self) -> None:
        free = free_bytes(*self._seen, self._shortage)
        name = "GPU memory" if self._shortage.place == "gpu" else "memory"
        lines = [
            f"Waiting for {size(self._shortage.needed * _MIB)} of free {name}, "
            f"{time.monotonic() - self._began:.0f} s so far; {'n/a' if free is None else size(free)} free now.",
        ]
        if self._again:
            lines.append("There was still no room for it a moment ago.")
        self.query_one("#wait-text", Static).update(Content("\n".join(lines)))

    def _look(self) -> None:
        free = free_bytes(*self._seen, self._shortage)
        if free is None or free >= self._shortage.needed * _MIB:  # where nobody can tell, the worker can
            self.action_end(True)

    @property
    def _seen(self) -> tuple[Snapshot | None, Work]:
        return getattr(self.app, "snapshot", None), getattr(self.app, "work", Work())


def free_bytes(snapshot: Snapshot | None, work: Work, shortage: Shortage) -> int | None:
    """Return what is free now where memory was short; None where no reading tells."""
    memory = _memory(snapshot, work)
    return memory and (memory.gpu_free if shortage.place == "gpu" else memory.host_free)


def _told() -> str:
    modes = " ".join(key_of(f"wait.{mode}") for mode in ("class", "monitor", "troubleshoot", "profile"))
    return f"{key_of('wait.end')} ends the wait; {modes} go to the other modes meanwhile"


def _memory(snapshot: Snapshot | None, work: Work) -> MemoryNow | None:
    if snapshot is None:
        return None
    return memory_now(likely_gpu(snapshot.gpus, os.environ, work.gpu, work.pid), snapshot.host)
