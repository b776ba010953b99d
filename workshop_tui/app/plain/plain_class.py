"""The class as lines, from opening to leaving."""

import asyncio
import io
import sys
from collections.abc import Sequence

from msgspec.structs import replace

from workshop_tui.app.last_learner import last_other, remember
from workshop_tui.app.leaving import farewell
from workshop_tui.app.plain.choosing import Choosing
from workshop_tui.app.plain.console import Console
from workshop_tui.app.plain.doing import Doing
from workshop_tui.app.plain.menu import Command, Leave, converse, pick
from workshop_tui.app.plain.papers import Papers
from workshop_tui.app.plain.reading import Reading
from workshop_tui.app.plain.sharing import Sharing
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.app.setting import Setting
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.exercises.lacking import lacking_of
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.generation.models import label
from workshop_tui.monitor.now import look_now
from workshop_tui.monitor.wording import gpu_parts, gpu_title, host_parts, sentence
from workshop_tui.paths import LearnerPaths


def run_plain(setting: Setting) -> int:
    """Hold the class on stdin and stdout; return the exit code.

    Raises:
        WorkshopError: The notebook cannot be opened.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):  # what is no text is refused where it is kept
        sys.stdin.reconfigure(errors="surrogateescape")
    return asyncio.run(_hold(setting))


async def _hold(setting: Setting) -> int:
    console = Console(sys.stdin, sys.stdout)
    console.open()
    again: LearnerPaths | None = setting.learner
    while again:
        again = await _sit(replace(setting, learner=again), console)
    return 0 if console.is_live else console.code


async def _sit(setting: Setting, console: Console) -> LearnerPaths | None:
    """Hold the class with one learner, and return who is the next."""
    sitting = Sitting(setting, console)
    away = await sitting.open()
    hall = Hall(sitting)
    following = None
    try:
        await hall.greet(away)
        await converse(console, lambda: hall.where, hall.commands, hall.enter)
    except Leave as leaving:
        following = leaving.learner
    finally:
        told = farewell(sitting.desk, sitting.work, lambda: "workshop-tui worker resume")
        await sitting.close()
        console.say(told)
    return following


class Hall:
    """The lesson, and the ways from there to its exercises and to the hand-in.

    Args:
        sitting: Whose.
    """

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._reading = Reading(sitting)
        self._sharing = Sharing(sitting)
        self.enter = self._reading.enter
        self.commands: Sequence[Command] = (
            *self._reading.commands,
            Command("do", "lists the exercises' parts; with a number or a name it goes into one", self._do, "[PART]"),
            *Papers(sitting).commands,
            *Choosing(sitting).commands,
            *self._sharing.commands,
            Command("learner", "opens another learner's notebook; each name has its own", self._learner, "NAME"),
            Command("machine", "says what GPU and machine are doing", self._machine),
            Command("over", "writes here, where another terminal of yours does", self._over),
        )

    @property
    def where(self) -> str:
        """What stands before a line."""
        return self._reading.where

    async def greet(self, away: float) -> None:
        """Say where the learner is, and ask once what is asked in a class with a shared engine.

        Args:
            away: Seconds that the clock ran on alone.

        Raises:
            Leave: There is no further line.
        """
        sitting = self._sitting
        say = sitting.console.say
        say(sitting.lesson.title)
        pace = sitting.clock.schedule.words(sitting.lesson.sections)
        say(f"Learner {sitting.learner.name}. Model {label(sitting.model)}. Schedule: {pace}.")
        if other := last_other(sitting.setting.paths, sitting.learner):
            say(f"learner {other} opens the notebook that was chosen here last.")
        say(f"Hand-in {sitting.desk.hand_in.folder}")
        if sitting.clock.begun:
            view = sitting.clock.view()
            say(f"You were in {view.current.label}, at {view.timer}.")
            if away:
                say(f"The clock ran when you left, {round(away / 60)} min ago; that time does not count.")
        if sitting.work.waiting:
            say(f"Pictures still to be made: {len(sitting.work.waiting)}.")
        if sitting.book.read_only:
            say("Another terminal of yours writes the answers: over writes here.")
        await self._sharing.open()
        say(f"Enter {'goes on' if sitting.clock.begun else 'begins the class'}, help lists what can be typed.")

    async def _learner(self, rest: str) -> None:
        mine = self._sitting.learner
        if not rest:
            raise UserError(f"{mine.name}'s notebook is open.", "learner NAME opens another; each name has its own.")
        if (other := self._sitting.setting.paths.learner(rest)).root != mine.root:
            await asyncio.to_thread(remember, self._sitting.setting.paths, other)
            raise Leave(other)
        self._sitting.console.say(f"{mine.name}'s notebook is open already.")

    async def _do(self, rest: str) -> None:
        parts = all_parts(self._sitting.lesson)
        if not rest:
            self._sitting.console.say("\n".join(self._listed(parts)) or "This lesson has no exercises.")
            return
        place = pick(parts, rest, lambda part: (part.id, part.name, part.title.lower()), "part: do lists them")
        part = parts[place]
        self._sitting.begin()
        doing = Doing(self._sitting, part, f"{place + 1} {part.title}")
        await doing.open()
        await converse(self._sitting.console, lambda: doing.where, doing.commands, doing.enter)

    def _listed(self, parts: Sequence[Part]) -> list[str]:
        lines: list[str] = []
        book, heading = self._sitting.book, ""
        for number, part in enumerate(parts, 1):
            if part.exercise.title != heading:
                heading = part.exercise.title
                lines.append(f"{heading}{' (optional)' if part.exercise.optional else ''}")
            lacks = lacking_of(part, book.runs, list(book.observations))
            lines.append(f"{number}. {part.title}: {', '.join(lacks.words) or 'done'}")
        return lines

    async def _machine(self, _rest: str) -> None:
        snapshot = await asyncio.to_thread(look_now, self._sitting.learner.root, self._sitting.setting.paths.cache)
        if snapshot is None:
            raise WorkshopError("Nothing was read in time.", "workshop-tui doctor says what is wrong.")
        say = self._sitting.console.say
        say(sentence(snapshot, self._sitting.work.gpu_among(snapshot.gpus)))
        for gpu in snapshot.gpus:
            say(", ".join([gpu_title(gpu), *gpu_parts(gpu, snapshot.stale(gpu))]))
        say(", ".join(host_parts(snapshot.host)))

    async def _over(self, _rest: str) -> None:
        if not self._sitting.book.read_only:
            raise UserError("This terminal writes already.")
        if await self._sitting.desk.take_over():
            self._sitting.console.say("This terminal writes now.")
