"""Mode 4: the lesson's problems as a checklist."""

import asyncio

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workshop_tui.app.run_words import circumstances, settings_first
from workshop_tui.app.screens.ask import ChoiceScreen, LineScreen
from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.seen import Seen, seen
from workshop_tui.generation.record import Origin
from workshop_tui.lesson.exercise import Problem
from workshop_tui.notebook.entries import CHECK_STATES, Check
from workshop_tui.text import plain

MARKS = {"open": " ", "tried": "~", "solved": "✓", "not applicable": "-"}
NEWEST = 12
"""Runs that are offered as evidence."""


class TroubleshootScreen(ModeScreen):
    """The problems on the left; symptoms, solutions, state and note of one on the right."""

    mode_title = "4 Troubleshoot"

    BINDINGS = [
        Binding("s", "state", "State", tooltip="Open, tried, solved, not applicable: the next one"),
        Binding("o", "note", "Note", tooltip="Write what helped"),
        Binding("v", "evidence", "Evidence", tooltip="Choose the run that shows it"),
    ]

    WRITES = frozenset({"state", "note", "evidence"})

    def body(self) -> ComposeResult:
        yield Static(id="seen")
        with Horizontal(id="trouble-body"):
            yield OptionList(id="problems", compact=True)
            with VerticalScroll(id="problem"):
                yield Static(id="problem-text")

    def on_mount(self) -> None:
        self._problems = self.workshop.lesson.data.problems
        self._parts = all_parts(self.workshop.lesson)
        self._changing = asyncio.Lock()
        problems = self.query_one("#problems", OptionList)
        problems.add_options(Option(self._row(problem), id=problem.id) for problem in self._problems)
        problems.highlighted = 0 if self._problems else None
        problems.focus()
        self.watch(self.app, "book", self._draw)

    @property
    def _seen(self) -> dict[str, Seen]:
        """What the program saw itself, by problem."""
        return {each.problem.id: each for each in seen(self._problems, self.workshop.book.runs)}

    def _check(self, problem: Problem) -> Check:
        return self.workshop.book.checks.get(problem.id, Check(problem.id))

    def _row(self, problem: Problem) -> Content:
        noticed = "!" if problem.id in self._seen else " "
        return Content(plain(f"{MARKS[self._check(problem).state]}{noticed}{problem.title}"))

    def _chosen(self) -> Problem | None:
        place = self.query_one("#problems", OptionList).highlighted
        return self._problems[place] if place is not None and self._problems else None

    @on(OptionList.OptionHighlighted)
    def _draw(self) -> None:
        problems = self.query_one("#problems", OptionList)
        for place, problem in enumerate(self._problems):
            row = self._row(problem)
            if str(problems.get_option_at_index(place).prompt) != str(row):
                problems.replace_option_prompt_at_index(place, row)
        noticed = self._seen
        top = self.query_one("#seen", Static)
        top.display = bool(noticed)
        told = [f"! {each.problem.title}: seen here, {each.words}" for each in noticed.values()]
        top.update(Content(plain("\n".join(told), keep_newlines=True)))
        problem = self._chosen()
        text = self.query_one("#problem-text", Static)
        if problem is None:
            text.update(Content("" if self._problems else "This lesson has no checklist."))
            return
        check = self._check(problem)
        how = "Symptoms" if problem.symptoms else "Problem"
        rows: list[Content | str | tuple[str, str]] = [
            (plain(problem.title), "bold"),
            f"  ({problem.level})\n{how}: {plain(problem.symptoms or problem.problem)}\n\nSolutions to try\n",
            *(f"  • {plain(solution.text)}\n" for solution in problem.solutions),
        ]
        if problem.id in noticed:
            newest = noticed[problem.id].runs[-1]
            rows.insert(0, (plain(f"! {noticed[problem.id].words} {newest.reason}") + "\n\n", "$text-warning"))
        if problem.technique:
            rows.append(f"  • {plain(problem.technique)}\n")
        rows += ["\nState     ", (check.state, "bold"), f"\nNote      {plain(check.note) or 'none: o writes one'}"]
        rows.append(f"\nEvidence  {self._evidence(check.run_id) if check.run_id else 'none: v chooses a run'}")
        text.update(Content.assemble(*rows))

    def _evidence(self, run_id: str) -> str:
        for run in self.workshop.book.runs:
            if run.run_id == run_id:
                made_for = f" for {run.origin.exercise} {run.origin.sweep}" if run.origin.exercise else ""
                told = [settings_first(run, self._varied(run.origin)), f"{run.seconds.making:.1f} s", run.outcome]
                return plain(f"{run_id[:8]}{made_for}: {', '.join([*told, *circumstances(run)])}")
        return run_id[:8]

    def _varied(self, origin: Origin) -> str:
        """Return which setting the run's sweep changes, because that is what tells its runs apart; empty for none."""
        owners = (part for part in self._parts if part.owns(origin))
        part = next(owners, None)
        return part.sweep.vary if part and part.sweep else ""

    async def _set(self, problem: Problem, **changes: object) -> bool:
        async with self._changing:  # a state that follows a note at once keeps the note
            return await self.workshop.desk.set_check(msgspec.structs.replace(self._check(problem), **changes))

    async def action_state(self) -> None:
        problem = self._chosen()
        if problem:
            place = CHECK_STATES.index(self._check(problem).state)
            await self._set(problem, state=CHECK_STATES[(place + 1) % len(CHECK_STATES)])

    @work
    async def action_note(self) -> None:
        problem = self._chosen()
        if problem is None:
            return
        note = self._check(problem).note
        while True:  # until it is on disk, or given up
            screen = LineScreen(f"{plain(problem.title)}: what helped?", note)
            if not await self.app.push_screen_wait(screen) or await self._set(problem, note=screen.value):
                return
            note = screen.value

    @work
    async def action_evidence(self) -> None:
        problem = self._chosen()
        runs = self.workshop.book.runs[-NEWEST:]
        if problem is None:
            return
        if not runs:
            self.notify("No run yet: 2 opens the Lab.")
            return
        noticed = self._seen.get(problem.id)
        likely = noticed.runs[-1] if noticed else runs[-1]
        if likely not in runs:
            runs = (*runs, likely)
        choices = [(run.run_id, self._evidence(run.run_id)) for run in reversed(runs)]
        question = ChoiceScreen("Which run shows it?", [*choices, ("", "None")], likely.run_id)
        answer = await self.app.push_screen_wait(question)
        if answer is not None:
            await self._set(problem, run_id=answer)

    def focus_first(self) -> None:
        self.query_one("#problems").focus()
