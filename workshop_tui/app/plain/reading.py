"""Reading the lesson piece by piece, and moving through the class."""

import shutil
from collections.abc import Sequence

from workshop_tui.app.plain.menu import Command, pick
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.errors import UserError
from workshop_tui.lesson.clock_view import minutes_text
from workshop_tui.lesson.model import Page, Section
from workshop_tui.lesson.plain_text import lesson_text
from workshop_tui.lesson.search import SearchIndex, searched
from workshop_tui.notebook.store import LONGEST_TEXT

_LINES = 16
"""Of a piece, about: it ends with a paragraph."""


class Reading:
    """Where the learner reads.

    Args:
        sitting: Whose.
    """

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._part = ""
        """The id of what is read."""
        self._pieces: list[str] = []
        self._next = 0
        self.enter = Command("read on", "reads on, and at a section's end goes to the next", self._read_on)
        self.commands: Sequence[Command] = (
            Command("sections", "lists the class's sections, with the time of each", self._list),
            Command(
                "go", "moves the class to a section or reads a page; alone reads where the class is", self._go, "[NAME]"
            ),
            Command("next", "moves the class to the next section", self._next_section),
            Command("again", "reads the section from its beginning", self._again),
            Command("clock", "says what the class clock shows", self._clock),
            Command("pause", "stops the class clock, or lets it go on", self._pause),
            Command("search", "finds words in the lesson", self._search, "WORDS"),
            Command("note", "writes your note on what you read; alone it reads it", self._note, "[TEXT]"),
        )

    @property
    def where(self) -> str:
        """What is read, in a word or two."""
        return self._sitting.lesson.part(self._part or self._sitting.clock.section).label

    @property
    def _parts(self) -> Sequence[Section | Page]:
        """What can be read, as it is listed."""
        return self._sitting.lesson.reading_order(instructor=self._sitting.setting.instructor)

    async def _read_on(self, _rest: str) -> None:
        self._sitting.begin()
        if not self._part:
            self._open(self._sitting.clock.section)
        elif self._next >= len(self._pieces):
            self._after_the_end()
            return
        self._say_piece()

    def _open(self, part: str) -> None:
        sitting = self._sitting
        columns = shutil.get_terminal_size().columns if sitting.console.is_live else None
        text = lesson_text(sitting.lesson, part=part, instructor=sitting.setting.instructor, width=columns)
        self._part, self._next = part, 0
        self._pieces = pieces(text) if sitting.console.is_live else [text.rstrip("\n")]

    def _say_piece(self) -> None:
        console = self._sitting.console
        console.say(self._pieces[self._next])
        self._next += 1
        if self._next < len(self._pieces):
            console.say(f"({self._next} of {len(self._pieces)} pieces; Enter reads on)")
            return
        here = [each for each in self._sitting.lesson.exercises if each.section == self._part]
        does = " do lists its exercises." if here else ""
        following = self._section_after(self._part)
        goes = f"Enter goes on to {following.label}" if following else "It was the last: hand-in says what is missing"
        console.say(f"(end of {self.where}.{does} {goes})")

    def _section_after(self, part: str) -> Section | None:
        """Return what is read after a part: the section that the class is in, and after that one the next."""
        sections, here = self._sitting.lesson.sections, self._sitting.clock.section
        ids = [section.id for section in sections]
        if part != here:  # a page, or a section that the instructor's clock has left
            return sections[ids.index(here)]
        return sections[ids.index(part) + 1] if part != ids[-1] else None

    def _after_the_end(self) -> None:
        section = self._section_after(self._part)
        if section is None:
            self._sitting.console.say("This was the last section. hand-in says what is missing, quit leaves.")
            return
        self._move(section.id)

    def _move(self, section: str) -> None:
        self._sitting.begin()
        if section != self._sitting.clock.section:
            self._sitting.clock.go_to(section)
        self._open(section)
        self._say_piece()

    async def _next_section(self, _rest: str) -> None:
        section = self._section_after(self._sitting.clock.section)
        if section is None:
            raise UserError("This is the last section.", "hand-in says what is missing.")
        self._move(section.id)

    async def _again(self, _rest: str) -> None:
        self._open(self._part or self._sitting.clock.section)
        self._say_piece()

    async def _go(self, rest: str) -> None:
        if not rest:
            self._move(self._sitting.clock.section)
            return
        parts = self._parts
        part = parts[pick(parts, rest, lambda each: (each.id, each.label.lower()), "section: sections lists them")]
        if isinstance(part, Section):
            self._move(part.id)
        else:
            self._open(part.id)
            self._say_piece()

    async def _list(self, _rest: str) -> None:
        view = self._sitting.clock.view()
        clock = {section.id: section for section in view.sections}
        lines: list[str] = []
        for number, part in enumerate(self._parts, 1):
            timed = clock.get(part.id)
            if timed is None:
                lines.append(f"{number}. {part.label}, a page to read")
                continue
            spent = f", {minutes_text(timed.spent)} spent" if timed.spent else ""
            here = ", the class is here" if timed.standing == "current" else ""
            lines.append(f"{number}. {part.label}, {timed.planned / 60:g} min{spent}{here}")
        self._sitting.console.say("\n".join(lines))

    async def _clock(self, _rest: str) -> None:
        view = self._sitting.clock.view()
        if not view.begun:
            self._sitting.console.say("The class has not begun: Enter begins it.")
        elif not view.running:
            self._sitting.console.say(f"{view.current.label}: {view.timer}. Paused: pause goes on.")
        else:
            self._sitting.console.say(
                f"{view.current.label}: {view.timer}, {view.words}. The section ends at {view.section_ends:%H:%M}, "
                f"the class at {view.class_ends:%H:%M}."
            )

    async def _pause(self, rest: str) -> None:
        self._sitting.begin()
        self._sitting.clock.toggle()
        await self._clock(rest)

    async def _search(self, rest: str) -> None:
        lesson = self._sitting.lesson
        if not rest:
            raise UserError("There is nothing to search for.", "Write words behind it: search guidance scale")
        hits = SearchIndex(lesson, instructor=self._sitting.setting.instructor).find(rest)
        lines = dict.fromkeys(
            f"{lesson.part(hit.part).label}: {searched(lesson.texts[hit.part][hit.block])[hit.field][hit.line]}"
            for hit in hits
        )
        self._sitting.console.say("\n".join(lines) or f"'{rest}' does not stand in this lesson.")

    async def _note(self, rest: str) -> None:
        sitting, part = self._sitting, self._part or self._sitting.clock.section
        if rest:
            sitting.check_writes()
            if len(rest) > LONGEST_TEXT:
                raise UserError(f"The note has {len(rest):,} characters.", f"{LONGEST_TEXT:,} are the most.")
            before = sitting.book.notes.get(part, "")
            sitting.told(await sitting.desk.set_note(part, f"{before}\n{rest}".strip()), f"Kept, on {self.where}.")
        else:
            sitting.console.say(sitting.book.notes.get(part) or f"Nothing is noted on {self.where} yet.")


def pieces(text: str) -> list[str]:
    """Return a text in pieces of some paragraphs each."""
    found: list[str] = []
    lines = 0
    for paragraph in text.strip("\n").split("\n\n"):
        if found and lines < _LINES:
            found[-1] += f"\n\n{paragraph}"
        else:
            found.append(paragraph)
            lines = 0
        lines += paragraph.count("\n") + 2
    return found
