"""Mode 4: the lesson's problems as a checklist, and the learner's own below them."""

import asyncio
from collections.abc import Collection

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workshop_tui.app.book import Book
from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.screens.ask import keep_or_ask, write_line
from workshop_tui.app.screens.evidence import choose_evidence, run_told
from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.app.screens.own_items import add_own, change_own, delete_own
from workshop_tui.app.screens.solutions import ask_what_came, parts_by_solution, solution_told
from workshop_tui.exercises.seen import Seen, seen
from workshop_tui.exercises.trials import compared, pair_words
from workshop_tui.generation.drift import Drift, drift
from workshop_tui.lesson.exercise import TECHNIQUE, Problem
from workshop_tui.lesson.notes_below import notes_below
from workshop_tui.monitor.remedies import remedies, stray_reader
from workshop_tui.monitor.snapshot import Snapshot
from workshop_tui.notebook.entries import CHECK_STATES, Check, own_items
from workshop_tui.text import plain

MARKS = {"open": " ", "tried": "~", "solved": "✓", "not applicable": "-"}

Rows = list[Content | str | tuple[str, str]]


class TroubleshootScreen(ModeScreen):
    """The problems on the left; symptoms, solutions, state and note of one on the right."""

    mode_title = "Troubleshoot"

    BINDINGS = keys(
        "troubleshoot",
        Binding("t", "try_it", "Try it", tooltip="Try a solution: the Lab with just that change, or where it is seen"),
        Binding(
            "x", "tick", "Tick", tooltip="Say of a solution that you tried it or that it helped, and what shows it"
        ),
        Binding("s", "state", "State", tooltip="Open, tried, solved, not applicable: the next one"),
        Binding("o", "note", "Note", tooltip="Write what helped"),
        Binding("v", "evidence", "Evidence", tooltip="Choose the run that shows it"),
        Binding("a", "add", "Add own", tooltip="Add a problem of your own to the checklist"),
        Binding("e", "change", "Change own", show=False, tooltip="Change the title of a problem of your own"),
        Binding("d", "delete", "Delete own", show=False, tooltip="Delete a problem of your own"),
        Binding("j", "scroll(1)", "Scroll", id="down", show=False, tooltip="Read on in a problem"),
        Binding("k", "scroll(-1)", "Scroll back", id="up", show=False, tooltip="Read back in a problem"),
    )

    WRITES = frozenset({"tick", "state", "note", "evidence", "add", "change", "delete"})

    def body(self) -> ComposeResult:
        yield Static(id="seen")
        with Horizontal(id="trouble-body"):
            yield OptionList(id="problems", compact=True)
            with VerticalScroll(id="problem", can_focus=False):
                yield Static(id="problem-text")

    def on_mount(self) -> None:
        self._problems = {problem.id: problem for problem in self.workshop.lesson.data.problems}
        self._listed: list[str] = []
        """Ids as the list has them: the lesson's problems, then the learner's own."""
        self._apart: dict[tuple[str, str], Drift | None] = {}
        """How far pictures that were compared lie apart, by their runs, as far as it was measured."""
        self._machine: list[str] = []
        """What is wrong with the GPU's driver or its reader."""
        self._stray_reader = stray_reader()
        self.query_one("#problems").focus()
        self.watch(self.app, "book", self._book_changed)
        self.watch(self.app, "snapshot", self._look_at_machine)

    # What is shown

    def _look_at_machine(self, snapshot: Snapshot | None) -> None:
        found = list(remedies(snapshot, self._stray_reader))
        if found != self._machine:
            self._machine = found
            self._draw()

    @property
    def _seen(self) -> dict[str, list[Seen]]:
        """What the program saw itself, by problem."""
        found: dict[str, list[Seen]] = {}
        for each in seen(self.workshop.lesson, self.workshop.book.runs):
            found.setdefault(each.problem.id, []).append(each)
        return found

    def _check(self, item: str) -> Check:
        return self.workshop.book.checks.get(item, Check(item))

    def _title(self, item: str) -> str:
        return plain(self._problems[item].title if item in self._problems else self._check(item).title)

    def _row(self, item: str, noticed: Collection[str]) -> Content:
        return Content(f"{MARKS[self._check(item).state]}{'!' if item in noticed else ' '}{self._title(item)}")

    def _chosen(self) -> str | None:
        place = self.query_one("#problems", OptionList).highlighted
        return self._listed[place] if place is not None and place < len(self._listed) else None

    def _book_changed(self, book: Book) -> None:
        listed = [*self._problems, *(own.problem for own in own_items(book.checks, "problem"))]
        problems = self.query_one("#problems", OptionList)
        if listed != self._listed:
            place, added = problems.highlighted or 0, len(self._listed) and len(listed) > len(self._listed)
            self._listed = listed
            noticed = self._seen
            problems.set_options(Option(self._row(item, noticed)) for item in listed)
            problems.highlighted = len(listed) - 1 if added else min(place, len(listed) - 1) if listed else None
        self._draw()

    @on(OptionList.OptionHighlighted)
    def _draw(self) -> None:
        problems, noticed = self.query_one("#problems", OptionList), self._seen
        for place, item in enumerate(self._listed):
            row = self._row(item, noticed)
            if str(problems.get_option_at_index(place).prompt) != str(row):
                problems.replace_option_prompt_at_index(place, row)
        top = self.query_one("#seen", Static)
        told = [f"! {text}" for text in self._machine]
        told += [f"! {each.problem.title}: seen here, {each.words}" for signs in noticed.values() for each in signs]
        top.display = bool(told)
        top.update(Content(plain("\n".join(told), keep_newlines=True)))
        item = self._chosen()
        text = self.query_one("#problem-text", Static)
        if item is None:
            text.update(f"This lesson has no checklist: {key_of('troubleshoot.add')} adds a problem of your own.")
            return
        check = self._check(item)
        rows: Rows = [
            (self._title(item), "bold"),
            f"  (your own: {key_of('troubleshoot.change')} changes it, {key_of('troubleshoot.delete')} deletes it)\n",
        ]
        if item in self._problems:
            rows = self._problem_rows(self._problems[item], check)
        for each in reversed(noticed.get(item, [])):
            why = each.runs[-1].reason if each.sign.failed else ""
            rows.insert(0, (plain(f"! {each.words} {why}".rstrip()) + "\n\n", "$text-warning"))
        none = f"none: {key_of('troubleshoot.note')} writes one"
        rows += [
            "\nState     ",
            (check.state, "bold"),
            f"\nNote      {plain(check.note) or none}",
        ]
        evidence = (
            run_told(self.workshop, check.run_id)
            if check.run_id
            else f"none: {key_of('troubleshoot.evidence')} chooses a run"
        )
        rows.append(f"\nEvidence  {evidence}")
        if item in self._problems and self._problems[item].compare:
            rows.append(f"\n\nCompared: {self._comparison(self._problems[item])}")
        text.update(Content.assemble(*rows))

    def _problem_rows(self, problem: Problem, check: Check) -> Rows:
        how = "Symptoms" if problem.symptoms else "Problem"
        return [
            (plain(problem.title), "bold"),
            f"  ({problem.level})\n{how}: {plain(problem.symptoms or problem.problem)}\n",
            f"\nSolutions: {key_of('troubleshoot.try_it')} tries one, {key_of('troubleshoot.tick')} ticks it\n",
            *(f"  {solution_told(problem, check, each)}\n" for each in problem.to_try),
        ]

    def _comparison(self, problem: Problem) -> str:
        """Return in words how the two prompts' pictures differ, and what the lesson notes on it."""
        part = parts_by_solution(self.workshop, problem).get(TECHNIQUE)
        pair = compared(part, self.workshop.book.runs) if part else None
        if pair is None:
            return f"not yet. {key_of('troubleshoot.try_it')} and the technique open both prompts at one seed."
        key = (pair[0].run_id, pair[1].run_id)
        if key not in self._apart:
            self._measure(key, pair[0].picture, pair[1].picture)
            return "measuring..."
        notes = [
            f"\nNote: {plain(note.title)}. {plain(' '.join(note.text.split()))} (Source: {plain(note.source)})"
            for note in notes_below(self.workshop.lesson, problem.title)
        ]
        return pair_words(pair, self._apart[key]) + "".join(notes)

    @work(group="drift")
    async def _measure(self, key: tuple[str, str], first: str, second: str) -> None:
        folder = self.workshop.learner.pictures
        self._apart[key] = await asyncio.to_thread(drift, folder / first, folder / second)
        self._draw()

    # Trying out

    @work
    async def action_try_it(self) -> None:
        from workshop_tui.app.screens.try_it import try_against

        item = self._chosen()
        if item in self._problems:
            await try_against(self.workshop, self._problems[item])
        else:
            self.notify("The lesson has no solutions for a problem of your own.")

    # Writing down

    @work
    async def action_tick(self) -> None:
        item = self._chosen()
        if item in self._problems:
            came = await ask_what_came(self.workshop, self._problems[item], self._check(item))
            if came:
                what = came.tick.note if came.tick else ""
                await keep_or_ask(
                    self.app,
                    what or self._problems[item].to_try[came.solution],
                    lambda: self.workshop.desk.change_check(
                        item, lambda check: check.with_tick(came.solution, came.tick)
                    ),
                )
        else:
            state, note, run = (key_of(f"troubleshoot.{name}") for name in ("state", "note", "evidence"))
            self.notify(
                f"A problem of your own has no solutions to tick: {state}, {note} and {run} say what came of it."
            )

    async def action_state(self) -> None:
        item = self._chosen()
        if item:
            await self.workshop.desk.change_check(item, _with_next_state)

    @work
    async def action_note(self) -> None:
        item = self._chosen()
        if item is None:
            return
        question = f"{self._title(item)}: what helped?"
        change = self.workshop.desk.change_check
        await write_line(
            self.app,
            question,
            self._check(item).note,
            lambda note: change(item, lambda check: msgspec.structs.replace(check, note=note)),
        )

    @work
    async def action_evidence(self) -> None:
        item = self._chosen()
        if item is None:
            return
        if not self.workshop.book.runs:
            self.notify(f"No run yet: {key_of('app.lab')} opens the Lab.")
            return
        noticed = self._seen.get(item)
        await choose_evidence(self.workshop, item, noticed[0].runs[-1:] if noticed else ())

    # The learner's own

    @work
    async def action_add(self) -> None:
        await add_own(self.workshop, "problem")

    @work
    async def action_change(self) -> None:
        item = self._chosen()
        if item and self._check(item).own:
            await change_own(self.workshop, self._check(item))
        else:
            self.notify("This one is the lesson's: only your own can be changed.")

    @work
    async def action_delete(self) -> None:
        item = self._chosen()
        if item and self._check(item).own:
            await delete_own(self.workshop, self._check(item))
        else:
            self.notify("This one is the lesson's: only your own can be deleted.")

    def action_scroll(self, step: int) -> None:
        self.query_one("#problem").scroll_relative(y=step, animate=False)

    def focus_first(self) -> None:
        self.query_one("#problems").focus()


def _with_next_state(check: Check) -> Check:
    place = CHECK_STATES.index(check.state)
    return msgspec.structs.replace(check, state=CHECK_STATES[(place + 1) % len(CHECK_STATES)])
