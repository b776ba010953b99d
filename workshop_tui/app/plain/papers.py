"""What is handed in, as lines: the checklist, the areas for improvement, what is missing, the report."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from workshop_tui.app.plain.asking import KEEPS, ask_for, ask_line
from workshop_tui.app.plain.menu import Command, Left, number
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.errors import UserError
from workshop_tui.exercises.seen import seen
from workshop_tui.exercises.suggesting import suggestions
from workshop_tui.lesson.exercise import Problem
from workshop_tui.notebook.entries import CHECK_STATES, TICK_STATES, Check, CheckState, Own, Tick, own_id, own_items
from workshop_tui.notebook.run_table import SHORT
from workshop_tui.profile.build import IMPROVEMENTS
from workshop_tui.profile.hand_in import REPORT_HTML
from workshop_tui.scp import fetch_line


class Papers:
    """What a learner hands in.

    Args:
        sitting: Whose.
    """

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self.commands = (
            Command("checklist", "lists the problems; with a number it asks what came of one", self._checklist, "[N]"),
            Command("problem", "adds a problem of your own to the checklist", self._problem, "TITLE"),
            Command("discovery", "logs something unexpected", self._discovery, "TITLE"),
            Command("areas", "asks for your three areas for improvement", self._areas),
            Command("missing", "says what the hand-in still lacks", self._missing),
            Command("hand-in", "writes the hand-in with its report, and says where it lies", self._hand_in),
        )

    @property
    def _checks(self) -> dict[str, Check]:
        return self._sitting.book.checks

    async def _checklist(self, rest: str) -> None:
        problems = self._sitting.lesson.data.problems
        own = own_items(self._checks, "problem")
        names = [*(problem.id for problem in problems), *(check.problem for check in own)]
        titles = [*(problem.title for problem in problems), *(check.title for check in own)]
        if rest and names:
            if (place := number(rest, len(names))) is None:
                raise UserError(f"checklist: '{rest[:40]}' is no number of it.", f"Give 1 to {len(names)}.")
            await self._ask_about(names[place], titles[place], problems[place] if place < len(problems) else None)
            return
        lines = [
            f"{count}. {title}: {self._checks.get(name, Check(name)).state}"
            for count, (name, title) in enumerate(zip(names, titles, strict=True), 1)
        ]
        lines += [
            f"Seen here: {each.problem.title}: {each.words}"
            for each in seen(self._sitting.lesson, self._sitting.book.runs)
        ]
        self._sitting.console.say(
            "\n".join(lines) or "This lesson has no checklist: problem TITLE adds one of your own."
        )

    async def _ask_about(self, name: str, title: str, problem: Problem | None) -> None:
        sitting = self._sitting
        sitting.check_writes()
        sitting.console.say(title)
        kept: list[bool] = []

        async def keep(**changes: Any) -> None:
            """Keep an answer at once, beside what the line says by now; None keeps what stands there."""
            now = self._checks.get(name, Check(name))
            given = {key: value for key, value in changes.items() if value is not None}
            if msgspec.structs.replace(now, **given) != now:
                kept.append(
                    await sitting.desk.change_check(name, lambda check: msgspec.structs.replace(check, **given))
                )

        try:
            await self._ask_each(self._checks.get(name, Check(name)), problem, keep)
        except Left:
            if not kept:
                raise
        sitting.told(all(kept), f"Kept: {title}, {self._checks.get(name, Check(name)).state}.")

    async def _ask_each(self, check: Check, problem: Problem | None, keep: Callable[..., Awaitable[None]]) -> None:
        sitting = self._sitting
        sitting.console.say(KEEPS)
        if problem:
            sitting.console.say(
                f"{'Symptoms' if problem.symptoms else 'Problem'}: {problem.symptoms or problem.problem}"
            )
            for count, (solution, text) in enumerate(problem.to_try.items(), 1):
                tick = check.ticked(solution)
                sitting.console.say(f"{count}. {text}{f' ({tick.state})' if tick else ''}")
            tried = "Which did you try, by number, and which helped, such as: 1 3 helped"
            solutions = list(problem.to_try)
            ticked = await ask_for(sitting, tried, "", lambda text: _ticked(check, solutions, text))
            await keep(ticks=ticked and ticked.ticks)
        states = {str(count): state for count, state in enumerate(CHECK_STATES, 1)}
        listed = ", ".join(f"{count} {state}" for count, state in states.items())
        state = await ask_for(
            sitting, f"What came of it ({listed})", check.state, lambda text: _state(states.get(text, text))
        )
        await keep(state=state)
        note = await ask_line(sitting, "What helped, in your words", check.note)
        await keep(note=note)
        run_id = await ask_for(sitting, "The run that shows it: its id, or last", check.run_id[:SHORT], self._run)
        await keep(run_id=run_id)

    def _run(self, text: str) -> str:
        runs = self._sitting.book.runs
        if text in ("", "last"):
            return runs[-1].run_id if text and runs else ""
        return self._sitting.run_called(text).run_id

    async def _problem(self, rest: str) -> None:
        await self._add("problem", rest)

    async def _discovery(self, rest: str) -> None:
        await self._add("discovery", rest)

    async def _add(self, kind: Own, title: str) -> None:
        self._sitting.check_writes()
        if not title:
            raise UserError(f"{kind}: it has no title.", f"Write it behind the word: {kind} Fingers grow together")
        question = "What helped" if kind == "problem" else "What did you see"
        check = Check(own_id(self._checks), "open", own=kind, title=title)
        desk = self._sitting.desk
        kept = await desk.change_check(check.problem, lambda _: check)
        note = None
        with contextlib.suppress(Left):
            note = await ask_line(self._sitting, f"{question} (may stay empty)", "") if kept else None
        if note:
            state: CheckState = "solved" if kind == "problem" else "open"
            noted = msgspec.structs.replace(check, state=state, note=note)
            kept = await desk.change_check(check.problem, lambda _: noted)
        self._sitting.told(kept, "Kept.")

    async def _areas(self, _rest: str) -> None:
        sitting = self._sitting
        sitting.check_writes()
        known = suggestions(sitting.lesson, sitting.book.runs, list(sitting.book.observations))
        if known:
            sitting.console.say("Your measurements suggest these; say what you make of them in your own words.")
            sitting.console.say("\n".join(f"- {text}" for text in known))
        sitting.console.say(KEEPS)
        for place in range(1, IMPROVEMENTS + 1):
            question = f"Area for improvement {place} of {IMPROVEMENTS}"
            answer = await ask_line(sitting, question, sitting.book.improvements.get(place, ""))
            if answer is not None and not await sitting.desk.set_improvement(place, answer):
                sitting.told(False, "")

    async def _missing(self, _rest: str) -> None:
        found = await self._sitting.desk.hand_in.overview()
        self._sitting.console.say("\n".join(gap.sentence for gap in found.gaps) or "Nothing: the hand-in is complete.")

    async def _hand_in(self, rest: str) -> None:
        sitting = self._sitting
        sitting.check_writes()
        made = await sitting.desk.export()
        if made is None:
            sitting.console.complain("The hand-in was not written.", 1)
            return
        folder = sitting.desk.hand_in.folder
        sitting.console.say(f"{len(made.files)} files in {folder}, {REPORT_HTML} among them.")
        await self._missing(rest)
        line = await asyncio.to_thread(fetch_line, folder, sitting.learner.root, folder=True)
        if line:
            sitting.console.say("To your own computer, typed there:")
            sitting.console.say(line, wrapped=False)


def _state(text: str) -> CheckState:
    for state in CHECK_STATES:
        if state == text.lower():
            return state
    raise UserError(f"'{text[:40]}' is no state.", f"Give one of: {', '.join(CHECK_STATES)}.")


def _ticked(check: Check, solutions: list[str], text: str) -> Check:
    """Return a line of the checklist with what was tried: numbers of solutions, `helped` behind those that did.

    A number alone takes nothing back of what was said before; an empty text takes all back.
    """
    words = text.lower().split()
    if not words:
        return msgspec.structs.replace(check, ticks=())
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if (place := number(word, len(solutions))) is not None:
            solution = solutions[place]
            tick = check.ticked(solution) or Tick(solution)
            tick = msgspec.structs.replace(tick, state=after) if after in TICK_STATES else tick
            check = check.with_tick(solution, tick)
        elif word not in TICK_STATES:
            raise UserError(f"'{word[:40]}' is no number of a solution.", f"Give 1 to {len(solutions)}.")
    return check
