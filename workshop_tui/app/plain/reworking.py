"""Pictures made out of others, asked for in lines: a preview's final picture, and an enlarged and refined one."""

import asyncio
from collections.abc import Callable

from workshop_tui.app.lab_state import rework_job
from workshop_tui.app.plain.asking import decide
from workshop_tui.app.plain.making import follow
from workshop_tui.app.plain.showing import last_picture, picture_named, tell_pictures
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.errors import UserError
from workshop_tui.exercises.compare import row_names
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.rework import made_by_another
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.presets import Presets
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run
from workshop_tui.generation.rework import DEFAULT_SCALE, DEFAULT_STRENGTH, FINAL_PRESET, read_source
from workshop_tui.generation.rework_answers import (
    REFINED_LINE,
    final_presets,
    read_final,
    read_refined,
    refine_question,
)
from workshop_tui.generation.settings import STEPS_RANGE
from workshop_tui.text import counted


class Reworking:
    """What is made out of a part's pictures.

    Args:
        sitting: Whose.
        part: Which.
        rows: Returns the part's pictures as they are listed.
    """

    def __init__(self, sitting: Sitting, part: Part, rows: Callable[[], list[Cell]]) -> None:
        self._sitting, self._part, self._rows = sitting, part, rows

    async def final(self, rest: str) -> None:
        """Make a preview's final picture.

        Args:
            rest: Which picture, and with how many steps; what is missing is asked for.

        Raises:
            UserError: No such picture can be made.
            WorkshopError: The worker cannot be started, or refuses.
            Leave: There is no further line.
        """
        self._sitting.check_writes()
        word, _, steps = rest.partition(" ")
        run = await self._source(word, "made final")
        if run is None:
            return
        presets = final_presets(run, await asyncio.to_thread(Presets.of(self._sitting.learner).all))

        def read(text: str) -> Item:
            return read_final(run, str(presets.get(text.strip().lower(), text)))

        now = run.settings.num_inference_steps
        if now >= STEPS_RANGE[1]:
            raise UserError(f"It has {now} steps already: more cannot be made.")
        told = f" Presets: {', '.join(f'{name} {count}' for name, count in presets.items())}." if presets else ""
        about = f"{self._name(run)} final: the same picture with more than its {counted(now, 'step')}.{told}"
        likely = str(presets.get(FINAL_PRESET) or max(presets.values(), default=STEPS_RANGE[1]))
        item = await self._item(steps, about, "How many steps, or which preset", likely, read)
        if item:
            await self._make(item, b"")

    async def refine(self, rest: str) -> None:
        """Enlarge and refine a picture.

        Args:
            rest: Which picture, and to what; what is missing is asked for.

        Raises:
            UserError: No such picture can be made.
            WorkshopError: The worker cannot be started, or refuses.
            Leave: There is no further line.
        """
        self._sitting.check_writes()
        word, _, target = rest.partition(" ")
        run = await self._source(word, "refined")
        if run is None:
            return

        def read(text: str) -> Item:
            return read_refined(run, text)

        likely = f"{DEFAULT_SCALE:g} {DEFAULT_STRENGTH:g}"
        item = await self._item(target, refine_question(self._name(run), run), REFINED_LINE, likely, read)
        if item:
            await self._make(item, await asyncio.to_thread(read_source, run, self._sitting.learner.pictures))

    async def _source(self, word: str, what: str) -> Run | None:
        """Return the picture that something shall be made out of; asked for where there are several."""
        rows, sitting = self._rows(), self._sitting

        def read(text: str) -> Run:
            run = picture_named(sitting, rows, text)
            if other := made_by_another(run, sitting.model):
                raise UserError(other, "model, in the lesson, chooses it.")
            return run

        if word:
            return read(word)
        last = last_picture(rows)
        made = [row for row in rows if row.run and row.run.picture]
        if len(made) == 1:
            return read(str(last + 1))
        return await decide(sitting, f"Which picture shall be {what}, by number", str(last + 1), read)

    async def _item(
        self, given: str, about: str, question: str, likely: str, read: Callable[[str], Item]
    ) -> Item | None:
        """Return what shall be made: as it was given, else asked for, and None where nothing shall."""
        if given:
            return read(given)
        self._sitting.console.say(about)
        return await decide(self._sitting, question, likely, read)

    def _name(self, run: Run) -> str:
        [name] = row_names([run], self._rows())
        return name

    async def _make(self, item: Item, source: bytes) -> None:
        sitting = self._sitting
        with sitting.followed():
            await sitting.desk.pictures.make(rework_job(sitting.desk, item), source)
            await follow(sitting, [item.run_id])
        if item.run_id in sitting.ended:
            rows = self._rows()
            await tell_pictures(sitting, self._part, rows, only=item.run_id)
            places = {row.run.run_id: place for place, row in enumerate(rows, 1) if row.run and row.run.picture}
            origin = item.rework.source if item.rework else ""
            if origin in places and item.run_id in places:
                held = f"compare {places[origin]} {places[item.run_id]}"
                sitting.console.say(f"{held} holds it against what it was made of.")
