"""Mode 5: the hand-in as it grows, and what it lacks."""

import asyncio
import contextlib

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Mount, ScreenResume
from textual.widgets import Static

from workshop_tui.app.book import Book
from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.screens.ask import ChoiceScreen, LineScreen, keep_or_ask, write_line
from workshop_tui.app.screens.copy_out import copy_out
from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.app.widgets.labelled import Labelled
from workshop_tui.app.widgets.prose import Prose
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.suggesting import suggestions
from workshop_tui.profile.build import IMPROVEMENTS
from workshop_tui.profile.gather import CORRECTED, check_correction
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE, REPORT_HTML
from workshop_tui.profile.overview import Overview
from workshop_tui.scp import fetch_line
from workshop_tui.text import counted, plain

OWN = "own"
"""Answer of whoever wants no suggestion."""

_MARKS = {True: "✓", False: "·", None: " "}
"""Before what is done, missing, and not followed by the program."""

_SAID = frozenset({"Learner", "Lesson", "To improve", "Missing"})
"""Rows of a hand-in's summary that stand elsewhere on the screen."""


class ProfileScreen(ModeScreen):
    """What is missing, what is there, and where the files lie."""

    mode_title = "Profile"

    BINDINGS = keys(
        "profile",
        Binding("g", "go", "Go to", tooltip="Go to something that is still missing"),
        Binding("i", "improve", "Area for improvement", tooltip="Write the next of the three areas for improvement"),
        Binding("x", "export", "Report", tooltip="Write the report to hand in, with runs.csv and the chosen pictures"),
        Binding("e", "explore", "Explore", tooltip="The advanced exploration: reading list, extremes, a log"),
        Binding("y", "copy", "Copy", tooltip="The line that copies the hand-in to your own computer"),
        Binding("h", "hardware", "Hardware", show=False, tooltip="Correct by hand what was found of this machine"),
        Binding("c", "change(1)", "Change 1st", id="change_1", show=False, tooltip="Change the first area"),
        Binding("v", "change(2)", "Change 2nd", id="change_2", show=False, tooltip="Change the second area"),
        Binding("w", "change(3)", "Change 3rd", id="change_3", show=False, tooltip="Change the third area"),
    )

    WRITES = frozenset({"improve", "change", "export", "hardware"})

    def body(self) -> ComposeResult:
        with VerticalScroll(id="profile"):
            yield Static(id="profile-text")
            yield Labelled(id="profile-rows")
            yield Static(id="profile-files")
            yield Prose("", id="profile-missing")

    _fetch = ""
    """How the hand-in is copied from here; empty where learner and files are on one machine."""
    _overview: Overview | None = None
    """None until it was looked at once."""

    @on(Mount)
    def _open(self) -> None:
        self.query_one("#profile").focus()
        self.watch(self.app, "book", self._look_again)

    @on(ScreenResume)
    async def _show_again(self) -> None:
        with contextlib.suppress(UserError):  # the configuration was changed a moment ago
            self._fetch = await asyncio.to_thread(
                fetch_line, self.workshop.desk.hand_in.folder, self.workshop.learner.root, folder=True
            )
        self._show_files()
        self._look_again()

    def _look_again(self) -> None:
        if self.is_current:
            self._look()

    @work(exclusive=True, group="overview")
    async def _look(self) -> None:
        try:
            self._overview = await self.workshop.desk.hand_in.overview()
        except WorkshopError as error:
            self.notify(plain(str(error)), severity="error", markup=False)
        else:
            self._draw(self._overview, self.workshop.book)

    def _draw(self, found: Overview, book: Book) -> None:
        rows: list[Content | str | tuple[str, str]] = []
        if found.items:
            rows.append(("Assignment", "bold"))
            rows.append(f"  ({key_of('profile.go')} goes to what is missing)\n" if found.gaps else "\n")
        for item in found.items:
            count = sum(gap.count for gap in item.todo)
            to_do = f": {count} to do" if count else ""
            rows.append(f"  {_MARKS[item.done]} {plain(item.text)}{to_do}\n")
        changes = " ".join(key_of(f"profile.change_{place}") for place in range(1, IMPROVEMENTS + 1))
        rows.append(("\nThree areas for improvement", "bold"))
        rows.append(f"  ({key_of('profile.improve')} writes the next one; {changes} change 1 2 3)\n")
        for place in range(1, IMPROVEMENTS + 1):
            rows.append(f"  {place}. {plain(book.improvements.get(place, '')) or '-'}\n")
        self.query_one("#profile-text", Static).update(Content.assemble(*rows))
        told = [(about, "\n".join(texts)) for about, texts in found.rows if about not in _SAID]
        self.query_one("#profile-rows", Labelled).show_rows([("", "What is there"), *told])
        if found.gaps:
            todo = "\n".join(f"- {gap.sentence}" for gap in found.gaps)
        else:
            todo = "Nothing: the hand-in is complete. Give the folder above to whoever teaches, as a whole."
        missing = self.query_one("#profile-missing", Prose)
        missing.show(f"**Still missing for a complete hand-in**\n\n{todo}")

    def _show_files(self) -> None:
        rows: list[str | tuple[str, str]] = [("\nFiles, current after each change\n", "bold")]
        folder = plain(str(self.workshop.desk.hand_in.folder))
        rows.append(f"  {folder}/\n  {PROFILE_FILE}, {CHECKLIST_FILE}, contact sheets")
        rows.append(f"\n  {key_of('profile.export')} writes {REPORT_HTML} beside them: what a teacher reads first")
        if self._fetch:
            rows.append(
                f"\n  To your own computer, typed there: {plain(self._fetch)}  ({key_of('profile.copy')} copies it)"
            )
        self.query_one("#profile-files", Static).update(Content.assemble(*rows))

    def action_copy(self) -> None:
        copy_out(self.app, self.workshop.desk.hand_in.folder, self.workshop.learner.root, folder=True)

    @work
    async def action_go(self) -> None:
        if self._overview is None:
            self.notify("What is missing is not known yet: a moment.")
            return
        gaps = self._overview.gaps
        if not gaps:
            self.notify("Nothing is missing: the hand-in is complete.")
            return
        choices = [(str(number), plain(gap.sentence)) for number, gap in enumerate(gaps)]
        answer = await self.app.push_screen_wait(ChoiceScreen("What is missing; Enter goes there.", choices))
        if answer is not None:
            await self._go(gaps[int(answer)].place)

    async def _go(self, place: str) -> None:
        part = next((part for part in all_parts(self.workshop.lesson) if part.name == place), None)
        if part:
            from workshop_tui.app.screens.try_it import open_lab

            await open_lab(self.workshop, part, setting="")
        elif place == "checklist":
            await self.workshop.switch_mode("troubleshoot")
        elif place == "areas":
            await self.run_action("improve")  # which another terminal that writes forbids
        else:
            self.notify("The program looks at the hardware itself: a moment.")

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
            lacks = f" It says what is missing: {counted(len(made.missing), 'thing')}." if made.missing else ""
            self.notify(f"{len(made.files)} files, {REPORT_HTML} among them.{lacks}")

    @work
    async def action_hardware(self) -> None:
        choices = [(what, what) for what in CORRECTED]
        what = await self.app.push_screen_wait(ChoiceScreen("What was found wrongly of this machine?", choices))
        if what:
            line = LineScreen(f"{what}, as it really is (empty takes a correction back):", "", check_correction)
            if await self.app.push_screen_wait(line):
                text = line.value.strip()
                await keep_or_ask(self.app, text, lambda: self.workshop.desk.correct_hardware(what, text))

    async def _write(self, place: int) -> None:
        book = self.workshop.book
        text = book.improvements.get(place) or await self._suggested()
        if text is not None:
            question = f"Area for improvement {place} of {IMPROVEMENTS}, in your own words:"
            desk = self.workshop.desk
            await write_line(self.app, question, text, lambda line: desk.set_improvement(place, line.strip()))

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
