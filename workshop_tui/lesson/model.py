"""What a lesson is: the content of `lesson.toml`, and the texts that it names.

`lessons/README.md` describes the same keys to an instructor.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from workshop_tui.lesson.exercise import Exercise, Exploration, Item, Problem, unknown
from workshop_tui.lesson.values import Id, Line, Minutes

FORMAT_VERSION = 1
"""The newest `format_version` that this program reads."""

SectionKind = Literal["lecture", "lab", "break"]

Shows = Literal["takeaways", "hand-in"]
"""What of the learner's own stands at a section's end: what they noted, or the way to their last hand-in."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A timed part of the class."""

    id: Id
    """Unique among sections and pages."""
    title: Line
    """What stands above its text."""
    kind: SectionKind
    """What happens in it; labs keep their minutes when a class is shortened."""
    minutes: Minutes
    """Planned length, min."""
    file: Line
    """The Markdown file, relative to the lesson's folder."""
    short: Annotated[str, Meta(max_length=20)] = ""
    """A name for narrow lists."""
    shows: Shows | None = None
    """What of the learner's own stands at its end."""

    @property
    def label(self) -> str:
        """The short name where there is one, else the title."""
        return self.short or self.title


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that takes no class time: an overview, an assignment, the instructor's own notes."""

    id: Id
    """Unique among sections and pages."""
    title: Line
    """What stands above its text."""
    file: Line
    """The Markdown file, relative to the lesson's folder."""
    place: Literal["before", "after"] = "after"
    """Whether it is read before the first section or after the last."""
    instructor: bool = False
    """Shown only where instructor notes were asked for."""
    short: Annotated[str, Meta(max_length=20)] = ""
    """A name for narrow lists."""

    @property
    def label(self) -> str:
        """The short name where there is one, else the title."""
        return self.short or self.title


class LessonFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `lesson.toml`."""

    format_version: int
    """At most `FORMAT_VERSION`."""
    id: Id
    """The lesson's name in commands and hand-ins."""
    title: Line
    """What the lesson is called."""
    stated_minutes: Minutes
    """How long the lesson says that it takes, min."""
    sections: tuple[Section, ...]
    """The timed parts, in class order."""
    short: Annotated[str, Meta(max_length=40)] = ""
    """A title for narrow screens."""
    lang: str = ""
    """The language that it is written in, a tag such as `en`; empty where it does not say."""
    course: str = ""
    """The course that it belongs to."""
    minutes_note: str = ""
    """Why the stated length and the sections' minutes differ, where they do."""
    pages: tuple[Page, ...] = ()
    """The untimed texts."""
    exercises: tuple[Exercise, ...] = ()
    """What is done in the labs."""
    problems: tuple[Problem, ...] = ()
    """The troubleshooting checklist."""
    assignment: tuple[Item, ...] = ()
    """What is handed in."""
    exploration: tuple[Exploration, ...] = ()
    """What may be explored beyond it."""


class Try(msgspec.Struct, frozen=True):
    """A mark on a heading: what it is about can be tried in the Lab."""

    names: tuple[str, ...]
    """Settings that can be varied: names in `generation.sweep.AXES`."""
    heading: int
    """The heading's line in its stretch of words, from 0."""
    line: int
    """The line of the mark in the file, from 1."""


class Words(msgspec.Struct, frozen=True):
    """A stretch of the lesson's own Markdown."""

    text: str
    """Markdown."""
    line: int
    """Its first line in the file, from 1."""
    tries: tuple[Try, ...] = ()
    """The marks on its headings, in order."""


class Note(msgspec.Struct, frozen=True):
    """A remark that is not part of the lesson's words, such as where FLUX.1 differs from them."""

    title: str
    """What it is about."""
    text: str
    """Markdown, without its source."""
    source: str
    """Where the remark's facts come from; empty only in a lesson with a warning."""
    line: int
    """The line of its opening fence, from 1."""


class Instructor(msgspec.Struct, frozen=True):
    """A remark for whoever teaches; shown only where it was asked for."""

    title: str
    """What it is about; may be empty."""
    text: str
    """Markdown."""
    line: int
    """The line of its opening fence, from 1."""


Block = Words | Note | Instructor


class Lesson(msgspec.Struct, frozen=True):
    """A lesson that was read and found to be in order."""

    folder: Path
    """Where it lies."""
    sha256: str
    """Over `lesson.toml` and the texts in order: two lessons with one value have the same content."""
    data: LessonFile
    """All of `lesson.toml`."""
    texts: dict[str, tuple[Block, ...]]
    """Blocks by the id of their section or page."""
    asked_lang: str = ""
    """The language that was asked for; empty for the lesson as it was written."""
    untranslated: tuple[str, ...] = ()
    """Ids of the sections and pages that are not there in that language."""

    @property
    def id(self) -> str:
        """The lesson's name in commands and hand-ins."""
        return self.data.id

    @property
    def title(self) -> str:
        """What the lesson is called."""
        return self.data.title

    @property
    def sections(self) -> tuple[Section, ...]:
        """The timed parts, in class order."""
        return self.data.sections

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """All exercises."""
        return self.data.exercises

    def reading_order(self, *, instructor: bool = False) -> tuple[Section | Page, ...]:
        """Return pages and sections in the order in which they are read.

        Args:
            instructor: Also the pages that are for whoever teaches.
        """
        pages = [page for page in self.data.pages if instructor or not page.instructor]
        before = [page for page in pages if page.place == "before"]
        after = [page for page in pages if page.place == "after"]
        return (*before, *self.data.sections, *after)

    def part(self, part_id: str) -> Section | Page:
        """Return the section or page with this id.

        Raises:
            UserError: There is none.
        """
        parts = self.reading_order(instructor=True)
        for part in parts:
            if part.id == part_id:
                return part
        raise unknown("section", part_id, [part.id for part in parts])

    def exercise(self, exercise_id: str) -> Exercise:
        """Return the exercise with this id.

        Raises:
            UserError: There is none.
        """
        for exercise in self.data.exercises:
            if exercise.id == exercise_id:
                return exercise
        raise unknown("exercise", exercise_id, [exercise.id for exercise in self.data.exercises])
