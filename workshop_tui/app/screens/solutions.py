"""What is asked about a problem's solutions: which to try, and what came of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workshop_tui.app.key_table import key_of
from workshop_tui.app.screens.ask import ChoiceScreen, LineScreen
from workshop_tui.app.screens.evidence import ask_for_run
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.trials import trials
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.exercise import MONITOR, TECHNIQUE, Problem
from workshop_tui.notebook.entries import Check, Tick
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

TICK_MARKS = {"tried": "~", "helped": "✓"}
"""What stands before a ticked solution."""


def parts_by_solution(app: WorkshopApp, problem: Problem) -> dict[str, Part]:
    """Return where each solution of a problem is tried in the Lab; those that are no setting are left out."""
    found = trials(app.lesson, app.model)
    return {trial.solution: trial.part for trial in found if trial.problem.id == problem.id}


def solution_told(problem: Problem, check: Check, solution: str) -> str:
    """Return a solution in a line, with what the learner says of it and the run or note that shows it."""
    tick = check.ticked(solution)
    text = plain(problem.to_try[solution])
    if tick is None:
        return f"• {text}"
    shown = [f"run {tick.run_id[:8]}" if tick.run_id else "", plain(tick.note)]
    return f"{TICK_MARKS[tick.state]} {text}: {', '.join(filter(None, [tick.state, *shown]))}"


async def ask_what_to_try(app: WorkshopApp, problem: Problem, parts: Mapping[str, Part]) -> str | None:
    """Ask which solution shall be tried; each says where that leads.

    Returns:
        None where the learner gives up, or is told that the settings are so already.
    """
    places = {solution.id: solution.see for solution in problem.solutions}
    already = {solution.id for solution in problem.solutions if solution.changes and solution.id not in parts}
    ticks = f"{key_of('troubleshoot.tick')} ticks it"

    def leads(solution: str) -> str:
        part = parts.get(solution)
        if part and part.sweep:
            values = [] if solution == TECHNIQUE else [AXES[part.sweep.vary].join(part.sweep.axis.values)]
            return " ".join(["Lab,", AXES[part.sweep.vary].label.lower(), *values])
        if solution in already:
            return f"set already; {ticks}"
        see = places.get(solution, "")
        return "Monitor" if see == MONITOR else see or f"no setting; {ticks}"

    choices = [(each, plain(f"{text}: {leads(each)}")) for each, text in problem.to_try.items()]
    chosen = await app.push_screen_wait(ChoiceScreen(f"{plain(problem.title)}: try what?", choices))
    if chosen in already:
        app.notify(f"The lesson's pictures are made with this already: {ticks}.")
        return None
    return chosen


@dataclass(frozen=True)
class Came:
    """What came of a solution."""

    solution: str
    """Its id."""
    tick: Tick | None
    """None where its tick shall be taken away."""


async def ask_what_came(app: WorkshopApp, problem: Problem, check: Check) -> Came | None:
    """Ask which solution was tried, whether it helped, and what shows it; return None where the learner gives up."""
    rows = [(each, solution_told(problem, check, each)) for each in problem.to_try]
    solution = await app.push_screen_wait(ChoiceScreen("Which of these have you tried?", rows))
    if solution is None:
        return None
    before = check.ticked(solution)
    states = [("tried", "Tried, it did not help"), ("helped", "It helped"), ("", "Not tried: take the tick away")]
    state = await app.push_screen_wait(
        ChoiceScreen(plain(problem.to_try[solution]), states, before.state if before else "helped")
    )
    if not state:
        return None if state is None else Came(solution, None)
    part = parts_by_solution(app, problem).get(solution)
    run_id: str | None = ""
    if app.book.runs:
        run_id = await ask_for_run(app, part.good_runs(app.book.runs) if part else (), "None: a note instead")
    if run_id is None:
        return None
    note = before.note if before else ""
    if not run_id:
        line = LineScreen(f"{plain(problem.to_try[solution])}: what did you see?", note)
        if not await app.push_screen_wait(line):
            return None
        note = line.value.strip()
    return Came(solution, Tick(solution, "helped" if state == "helped" else "tried", note, run_id))
