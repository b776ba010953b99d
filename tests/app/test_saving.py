"""Notes and answers whose saving takes its time: what is typed meanwhile, and what comes back from the notebook."""

import asyncio

import pytest
from textual.app import App
from textual.widgets import Input, TextArea

from workshop_tui.app.widgets.note_field import NoteField
from workshop_tui.app.widgets.observation import ObservationField
from workshop_tui.exercises.registry import all_parts
from workshop_tui.lesson.loader import open_lesson


class Page(App[None]):
    """A note, and a notebook that keeps what it is given once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_save = asyncio.Event()
        self.may_save.set()
        self.works = True
        self.begun = 0
        self.kept = ["ab"]
        self.closed: list[bool] = []

    def compose(self):
        yield NoteField("recap", "Opening Recap", "ab", self.save)

    async def save(self, _section: str, text: str) -> bool:
        """Keep a text, and tell the field so before this returns, as the desk does."""
        self.begun += 1
        await self.may_save.wait()
        if self.works:
            self.kept.append(text)
            self.note.show(text, read_only=False)
        return self.works

    @property
    def note(self) -> NoteField:
        return self.query_one(NoteField)

    @property
    def text(self) -> str:
        return self.query_one(TextArea).text

    def on_note_field_closed(self, event: NoteField.Closed) -> None:
        self.closed.append(event.lost)


@pytest.fixture
async def page():
    app = Page()
    async with app.run_test():
        await until(lambda: app.focused is app.query_one(TextArea))
        yield app


async def until(condition):
    """Wait for something without waiting for the field, which may be saving."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


async def saving(page, text):
    """Write a text, and wait until the field has begun to save it."""
    before = page.begun
    page.query_one(TextArea).text = text
    await until(lambda: page.begun > before)


async def test_a_letter_typed_back_while_its_deletion_is_saved_stays(page):
    await saving(page, "ab1")
    page.may_save.clear()
    await saving(page, "ab")
    page.query_one(TextArea).text = "ab1"  # the field waits until it is saved; what is typed does not
    page.may_save.set()
    await until(lambda: page.kept == ["ab", "ab1", "ab", "ab1"])
    assert page.text == "ab1"


async def test_saved_one_after_the_other_the_newest_is_written_last(page):
    page.may_save.clear()
    await saving(page, "ab1")
    leaving = asyncio.create_task(page.note.write())
    page.query_one(TextArea).text = "ab"  # as it was before
    await asyncio.sleep(0)
    page.may_save.set()
    assert await leaving
    assert page.kept[-1] == "ab"


async def test_a_field_that_is_being_left_takes_no_letter_that_would_go_with_it(page):
    page.may_save.clear()
    await saving(page, "ab1")
    leaving = asyncio.create_task(page.note.leave())
    await until(lambda: page.query_one(TextArea).disabled)
    page.may_save.set()
    await leaving
    await until(lambda: page.closed == [False])
    assert page.kept[-1] == page.text == "ab1"


async def test_what_cannot_be_saved_stays_when_something_else_is_read_and_goes_at_a_second_esc(page):
    page.works = False
    await saving(page, "ab1")
    await page.note.leave()
    assert page.closed == []
    assert not page.query_one(TextArea).disabled
    await page.note.action_close()
    await until(lambda: page.closed == [True])


async def test_taken_back_to_what_is_kept_nothing_is_unsaved(page):
    page.works = False
    await saving(page, "ab1")
    page.query_one(TextArea).text = "ab"
    assert await page.note.write()
    assert "NOT SAVED" not in str(page.query_one("#note-title").render())
    await page.note.action_close()
    await until(lambda: page.closed == [False])


async def test_what_another_terminal_wrote_is_shown_where_nothing_is_typed(page):
    page.note.show("of another", read_only=False)
    assert page.text == "of another"
    page.query_one(TextArea).insert("mine ")
    page.note.show("of a third", read_only=False)
    assert "mine" in page.text


class Question(App[None]):
    """One answer of the lesson's."""

    def compose(self):
        part = all_parts(open_lesson("flux-deep-dive"))[0]
        yield ObservationField(part, next(each for each in part.asks if each.kind == "rating"))


async def test_a_digit_taken_back_while_it_is_kept_does_not_come_back():
    app = Question()
    async with app.run_test():
        field, line = app.query_one(ObservationField), app.query_one(Input)
        line.value = "4"
        given = field.flush()
        assert given.value == "4"
        line.value = ""
        field.show("4")  # what was given away is in the notebook now
        assert line.value == ""
        field.show("4")
        taken_back = field.flush()
        assert taken_back.value == ""
