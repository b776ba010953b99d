"""One part of an exercise as lines: make its pictures, hear what they are like, write down what was found."""

from collections.abc import Sequence
from random import Random

from workshop_tui.app.lab_state import case_of, cells_of, cost, in_line_for, job_of, last_part_key, rows_of
from workshop_tui.app.plain.asking import keep_answers
from workshop_tui.app.plain.comparing import compare
from workshop_tui.app.plain.findings import findings
from workshop_tui.app.plain.hunting import look_for_limit
from workshop_tui.app.plain.making import follow
from workshop_tui.app.plain.menu import Back, Command, with_words
from workshop_tui.app.plain.rating import keep_presets, rate_blind
from workshop_tui.app.plain.reworking import Reworking
from workshop_tui.app.plain.showing import tell_pictures
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.app.setup_form import read_form, texts
from workshop_tui.errors import UserError
from workshop_tui.exercises.lacking import lacking_of
from workshop_tui.exercises.limits import search_runs
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.scenarios import hints_key
from workshop_tui.exercises.sweeps import (
    Cell,
    Setup,
    lesson_setup,
    made_the_other_way,
    setup_key,
    usable_setup,
    ways,
)
from workshop_tui.generation.fields import said
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.sweep import AXES


class Doing:
    """One part.

    Args:
        sitting: Whose.
        part: Which.
        place: What it is called before a line: `2 Guidance`.
    """

    def __init__(self, sitting: Sitting, part: Part, place: str) -> None:
        self._sitting, self._part = sitting, part
        self.where = place
        self._setup = lesson_setup(part, sitting.model)
        reworking = Reworking(sitting, part, self._rows)
        self.enter = Command(
            "go on", "does what comes next: makes what is missing, then asks what you found", self._enter
        )
        self.commands: Sequence[Command] = (
            Command("make", "makes the pictures that are missing; 'make again' all of them", self._make, "[again]"),
            Command("pictures", "tells what was made, and what each picture is like", self._pictures),
            Command("compare", "says how pictures differ: compare 1 3; alone the last two", self._compare, "[N N]"),
            Command("final", "makes a picture again with more steps: final 1 45", reworking.final, "[N STEPS]"),
            Command("refine", "enlarges a picture and refines it: refine 1 2 0.35", reworking.refine, "[N FACTOR]"),
            Command("answer", "asks what you found; each answer is kept at once", self._answer),
            Command("rate", "asks you to rate the pictures, shuffled and without labels", self._rate),
            Command("set", "changes a setting: set steps 20; alone it lists them", self._set, "[NAME VALUE]"),
            Command("way", "holds a sampler sweep or a series together in the other way", self._way),
            Command("reset", "takes the lesson's settings again", self._reset),
            Command("presets", "keeps preview, balanced and best of a rated ladder", self._presets),
            Command("hint", "gives a hint", self._hint),
            Command("stop", "stops what is being made", self._stop),
            Command("back", "goes back to the lesson", self._back),
        )

    async def open(self) -> None:
        """Take up the learner's own settings, and say what the part is about."""
        kept = await self._sitting.desk.kept(self._key, Setup)
        self._setup = usable_setup(self._part, kept, self._sitting.model)
        if not self._sitting.book.read_only:  # the Lab opens on it, too
            await self._sitting.desk.keep(last_part_key(self._sitting.lesson.id), self._part.name)
        part, say = self._part, self._sitting.console.say
        say(f"{part.exercise.title}: {part.title}")
        for line in ([f"Goal: {part.goal}"] if part.goal else []) + [with_words(line) for line in part.about]:
            say(line)
        say(self._settings_words())
        try:
            made = [cell for cell in self._cells if cell.done]
        except UserError as error:  # a size, say, that this model does not make
            say(f"{error} set changes it.")
            return
        asked = [field for field in part.asks if field.kind != "auto"]
        written = [field for field in asked if part.answer(field.id, list(self._sitting.book.observations))]
        say(f"{len(made)} of its pictures made, {len(written)} of {len(asked)} questions answered. Enter goes on.")

    @property
    def _key(self) -> str:
        return setup_key(self._sitting.lesson.id, self._part, self._sitting.model)

    @property
    def _cells(self) -> list[Cell]:
        return cells_of(self._sitting.desk, self._part, self._setup, ())

    def _rows(self) -> list[Cell]:
        """Return the part's pictures, and below them what was made out of them."""
        return rows_of(self._sitting.desk, self._part, self._cells)

    def _settings_words(self) -> str:
        part, told = self._part, said(self._setup.settings)
        if part.sweep is None:
            return f"Made with: {', '.join(told.values())}. Prompt: {self._setup.settings.prompt}"
        told.pop(part.sweep.vary, None)
        axis = AXES[part.sweep.vary]
        way = ways(part, self._setup)
        parts = [f"{axis.label} {axis.join(self._setup.values)}", *told.values(), *([way[0]] if way else [])]
        prompt = "" if part.sweep.vary == "prompt" else f" Prompt: {self._setup.settings.prompt}"
        return f"Made with: {', '.join(parts)}.{prompt}"

    async def _enter(self, rest: str) -> None:
        if self._in_line or self._lacks_pictures():
            await self._make(rest)
            return
        lacks = lacking_of(self._part, self._sitting.book.runs, list(self._sitting.book.observations))
        if lacks.fields:
            await self._answer(rest)
        elif lacks.pictures:
            how = "reset takes the lesson's settings" if self._part.is_given_sweep else "set changes the settings"
            self._sitting.console.say(f"{lacks.words[0]}: {how}, then make.")
        else:
            self._sitting.console.say("This part is done.")
            raise Back

    @property
    def _in_line(self) -> list[Item]:
        return [item for item in in_line_for(self._sitting.desk, self._part) if item.rework is None]

    def _lacks_pictures(self) -> bool:
        """Tell whether there is something to be made before anything can be said of the part."""
        sitting, part = self._sitting, self._part
        if part.scenario and not case_of(sitting.desk, part).start:
            return True
        if part.search:
            return not search_runs(part, sitting.book.runs, sitting.model) and sitting.learner.engine is None
        return bool(part.sweep) and any(not cell.done for cell in self._cells)

    async def _make(self, rest: str) -> None:
        sitting, part, pictures = self._sitting, self._part, self._sitting.desk.pictures
        sitting.check_writes()
        if rest not in ("", "again"):
            raise UserError(f"make: '{rest[:40]}' is not known.", "make, or make again.")
        if part.search:
            await look_for_limit(sitting, part, self._setup, anew=bool(rest))
            return
        await pictures.attach()  # what is in line is what the worker says
        in_line = self._in_line
        asked = [item.settings for item in in_line]
        cells = self._cells if part.sweep else [Cell(self._setup.settings, None)]
        lacking = [cell for cell in cells if (rest or not cell.done) and cell.settings not in asked]
        with sitting.followed():
            if lacking:
                takes = cost(sitting.desk, sitting.clock.view(), part, lacking)
                sitting.console.say(f"Pictures to make: {len(lacking)}. {takes}")
            if lacking or not in_line:
                job = job_of(sitting.desk, part, cells, again=bool(rest), in_line=asked)
                await pictures.make(job)
                in_line = [*in_line, *job.items]
            await follow(sitting, [item.run_id for item in in_line])
        await self._pictures("")

    async def _pictures(self, _rest: str) -> None:
        await tell_pictures(self._sitting, self._part, self._rows())
        for line in await findings(self._sitting, self._part, self._setup, self._cells):
            self._sitting.console.say(line)

    async def _compare(self, rest: str) -> None:
        await compare(self._sitting, self._rows(), rest)

    async def _answer(self, _rest: str) -> None:
        await keep_answers(self._sitting, self._part, self._setup, self._cells)

    async def _rate(self, _rest: str) -> None:
        self._sitting.check_writes()
        await rate_blind(self._sitting, self._part, self._cells, Random())

    async def _presets(self, _rest: str) -> None:
        self._sitting.check_writes()
        await keep_presets(self._sitting, self._part, self._cells)

    async def _set(self, rest: str) -> None:
        written = texts(self._part, self._setup)
        name, _, value = rest.partition(" ")
        if not rest:
            self._sitting.console.say("\n".join(f"{each} {text or '(empty)'}" for each, text in written.items()))
            return
        if name not in written:
            raise UserError(f"set: '{name[:40]}' is no setting.", f"Known: {', '.join(written)}.")
        setup = read_form(self._part, {**written, name: value}, self._sitting.model)
        await self._use(Setup(setup.settings, setup.values, self._setup.equal_forwards, self._setup.own_seeds))

    async def _way(self, _rest: str) -> None:
        changed = made_the_other_way(self._part, self._setup)
        if changed is None:
            raise UserError("way is for a sweep of samplers (equal steps or forwards) and a series of prompts (seeds).")
        await self._use(changed)

    async def _reset(self, _rest: str) -> None:
        await self._use(lesson_setup(self._part, self._sitting.model))

    async def _use(self, setup: Setup) -> None:
        self._sitting.check_writes()
        await self._sitting.desk.keep(self._key, setup)
        self._setup = setup
        self._sitting.console.say(self._settings_words())

    async def _hint(self, _rest: str) -> None:
        part, desk = self._part, self._sitting.desk
        hints = part.help_lines
        if not hints:
            raise UserError("There are no hints here.")
        key = hints_key(self._sitting.lesson.id, part)
        count = min(len(hints), (await desk.kept(key, int) or 0) + 1)
        if not self._sitting.book.read_only:
            await desk.keep(key, count)
        self._sitting.console.say("\n".join(hints[:count]))
        if count < len(hints):
            self._sitting.console.say(f"({len(hints) - count} left)")

    async def _stop(self, _rest: str) -> None:
        if self._sitting.desk.hunts.name:
            await self._sitting.desk.hunts.stop()
        elif self._sitting.work.waiting:
            await self._sitting.desk.pictures.stop()
        else:
            raise UserError("Nothing is being made.")
        self._sitting.console.say("It stops: the step that is in work must end first.")

    async def _back(self, _rest: str) -> None:
        raise Back
