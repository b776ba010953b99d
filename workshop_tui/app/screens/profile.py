"""Mode 5: the hand-in as it grows, and what it lacks."""

import asyncio
import contextlib

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Mount
from textual.widgets import Static

from workshop_tui.app.book import Book
from workshop_tui.app.screens.ask import ChoiceScreen, LineScreen
from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.app.widgets.prose import Prose
from workshop_tui.errors import UserError
from workshop_tui.exercises.exploring import explored
from workshop_tui.exercises.suggesting import suggestions
from workshop_tui.notebook.entries import own_items
from workshop_tui.profile.build import IMPROVEMENTS
from workshop_tui.profile.gather import CORRECTED, check_correction
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE, REPORT_HTML
from workshop_tui.scp import fetch_line
from workshop_tui.text import plain

OWN = "own"
"""Answer of whoever wants no suggestion."""


class ProfileScreen(ModeScreen):
    """What is missing, what is there, and where the files lie."""

    mode_title = "5 Profile"

    BINDINGS = [
        Binding("i", "improve", "Area for improvement", tooltip="Write the next of the three areas for improvement"),
        Binding("x", "export", "Report", tooltip="Write the report to hand in, with runs.csv and the chosen pictures"),
        Binding("e", "explore", "Explore", tooltip="The advanced exploration: reading list, extremes, a log"),
        Binding("h", "hardware", "Hardware", show=False, tooltip="Correct by hand what was found of this machine"),
        Binding("c", "change(1)", "Change 1st", show=False, tooltip="Change the first area"),
        Binding("v", "change(2)", "Change 2nd", show=False, tooltip="Change the second area"),
        Binding("w", "change(3)", "Change 3rd", show=False, tooltip="Change the third area"),
    ]

    WRITES = frozenset({"improve", "change", "export", "hardware"})

    def body(self) -> ComposeResult:
        with VerticalScroll(id="profile"):
            yield Static(id="profile-text")
            yield Prose("", id="profile-missing")

    _fetch = ""
    """How the hand-in is copied from here; empty where learner and files are on one machine."""

    @on(Mount)
    async def _open(self) -> None:
        self.query_one("#profile").focus()
        with contextlib.suppress(UserError):  # the configuration was changed a moment ago
            self._fetch = await asyncio.to_thread(fetch_line, self.workshop.desk.hand_in, folder=True)
        self.watch(self.app, "book", self._draw)

    def _draw(self, book: Book) -> None:
        rows: list[Content | str | tuple[str, str]] = [("Three areas for improvement", "bold")]
        rows.append("  (i writes the next one; c v w change 1 2 3)\n")
        for place in range(1, IMPROVEMENTS + 1):
            rows.append(f"  {place}. {plain(book.improvements.get(place, '')) or '-'}\n")
        ok = sum(run.outcome == "ok" for run in book.runs)
        practice = sum(run.model is not None and run.model.practice for run in book.runs)
        rows.append(("\nWhat is there\n", "bold"))
        rows.append(f"  {len(book.runs)} runs, {ok} of them ok; {practice} made by the practice model\n")
        rows.append(f"  {len(book.observations)} observations\n")
        problems = [*self.workshop.lesson.data.problems]
        touched = sum(problem.id in book.checks and book.checks[problem.id].state != "open" for problem in problems)
        own = len(own_items(book.checks, "problem"))
        rows.append(f"  {touched} of {len(problems)} problems worked on{f', {own} of your own' if own else ''}\n")
        if self.workshop.lesson.data.exploration:
            found = explored(self.workshop.lesson, book.checks, book.runs)
            told = ", ".join(words for each in found for words in each.done) or "nothing yet"
            rows.append(f"  Advanced exploration, optional (e opens it): {plain(told)}\n")
        if practice and practice == len([run for run in book.runs if run.model]):
            rows.append("  Practice figures: they say nothing about FLUX.1 on this machine.\n")
        rows.append(("\nFiles, current after each change\n", "bold"))
        folder = plain(str(self.workshop.desk.hand_in))
        rows.append(f"  {folder}/\n  {PROFILE_FILE}, {CHECKLIST_FILE}, contact sheets")
        rows.append(f"\n  x writes {REPORT_HTML} beside them: what a teacher reads first")
        if self._fetch:
            rows.append(f"\n  To your own computer, typed there: {plain(self._fetch)}")
        self.query_one("#profile-text", Static).update(Content.assemble(*rows))
        if book.missing:
            todo = "\n".join(f"- {sentence}" for sentence in book.missing)
        else:
            todo = "Nothing: the hand-in is complete. Give the folder above to whoever teaches, as a whole."
        missing = self.query_one("#profile-missing", Prose)
        missing.show(f"**Still missing for a complete hand-in**\n\n{todo}")

    @work
    async def action_improve(self) -> None:
        written = self.workshop.book.improvements
        place = next((place for place in range(1, IMPROVEMENTS + 1) if place not in written), 1)
        await self._write(place)

    @work
    async def action_change(self, place: int) -> None:
        await self._write(place)

    @work
    async def action_explore(self) -> None:
        from workshop_tui.app.screens.explore import ExploreScreen

        if not self.workshop.lesson.data.exploration:
            self.notify("This lesson has nothing to explore beyond the assignment.")
            return
        part = await self.app.push_screen_wait(ExploreScreen())
        if part:
            from workshop_tui.app.screens.try_it import open_lab

            await open_lab(self.workshop, part)

    @work
    async def action_export(self) -> None:
        made = await self.workshop.desk.export()
        if made:
            lacks = f" It says what is missing: {len(made.missing)} things." if made.missing else ""
            self.notify(f"{len(made.files)} files, {REPORT_HTML} among them.{lacks}")

    @work
    async def action_hardware(self) -> None:
        choices = [(what, what) for what in CORRECTED]
        what = await self.app.push_screen_wait(ChoiceScreen("What was found wrongly of this machine?", choices))
        if what:
            line = LineScreen(f"{what}, as it really is (empty takes a correction back):", "", check_correction)
            if await self.app.push_screen_wait(line):
                await self.workshop.desk.correct_hardware(what, line.value.strip())

    async def _write(self, place: int) -> None:
        book = self.workshop.book
        text = book.improvements.get(place) or await self._suggested()
        while text is not None:  # until it is on disk, or given up
            screen = LineScreen(f"Area for improvement {place} of {IMPROVEMENTS}, in your own words:", text)
            if not await self.app.push_screen_wait(screen):
                return
            if await self.workshop.desk.set_improvement(place, screen.value.strip()):
                return
            text = screen.value

    async def _suggested(self) -> str | None:
        """Return what to begin an area with: a suggestion, or nothing; None where the learner thinks better of it."""
        book = self.workshop.book
        known = suggestions(self.workshop.lesson, book.runs, list(book.observations))
        new = [text for text in known if text not in book.improvements.values()]
        if not new:
            return ""
        choices = [(OWN, "Write it yourself"), *((str(place), plain(text)) for place, text in enumerate(new))]
        question = "Your measurements suggest these; choose one to begin with, and say it in your own words."
        answer = await self.app.push_screen_wait(ChoiceScreen(question, choices))
        return None if answer is None else "" if answer == OWN else new[int(answer)]

    def focus_first(self) -> None:
        self.query_one("#profile").focus()
