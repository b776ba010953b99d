"""Keys that come in one burst, as over a slow line, do what they do one by one."""

from textual.events import Key, Paste

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.notebook.entries import Check
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths
from workshop_tui.text import is_unsafe


def typed(pilot):
    """Return the answers that are kept, without how ratings were seen."""
    return [entry for entry in pilot.app.book.observations if not entry.field.startswith("seen:")]


async def burst(pilot, *keys):
    """Send keys without waiting for what they do."""
    for key in keys:
        pilot.app._driver.send_message(Key(key, key if len(key) == 1 else None))
    await pilot.pause(0.5)


async def test_what_follows_enter_goes_into_the_field_and_is_no_command(open_app):
    async with open_app() as pilot:
        await burst(pilot, "2", "enter", "4", "tab", *"quite axes")
        await wait_for(pilot, lambda: len(typed(pilot)) == 2)
        assert {entry.value for entry in typed(pilot)} == {"4", "quite axes"}
        assert pilot.app.current_mode == "lab"
        assert not pilot.app.work.waiting


async def test_keys_after_another_part_are_for_that_part(open_app):
    async with open_app() as pilot:
        await burst(pilot, "2", "n", "n", "p", "o", "3", "tab", *"red", "escape", "4")
        await wait_for(pilot, lambda: len(typed(pilot)) == 2)
        assert {(entry.sweep, entry.value) for entry in typed(pilot)} == {
            ("guidance", "3"),
            ("guidance", "red"),
        }
        await expect_text(pilot, "4 Troubleshoot")


async def test_keys_after_a_question_are_its_answer(open_app):
    async with open_app() as pilot:
        await burst(pilot, "4", "down", "o", *"quit", "enter", "s", "5", "i", *"write 12 more", "enter", "3")
        await wait_for(pilot, lambda: pilot.app.current_mode == "monitor")
        wanted = Check("out-of-memory", "tried", "quit")
        await wait_for(pilot, lambda: pilot.app.book.checks.get("out-of-memory") == wanted)
        await wait_for(pilot, lambda: pilot.app.book.improvements == {1: "write 12 more"})


async def test_the_keys_that_work_everywhere_are_shown_at_every_width(open_app):
    for size in ((80, 24), (60, 20)):
        async with open_app(size=size) as pilot:
            for key, mode in zip("12345", ("Class", "Lab", "Monitor", "Troubleshoot", "Profile"), strict=True):
                await pilot.press(key)
                await expect_text(pilot, f"{key} {mode}")
                await wait_for(pilot, lambda: screen_text(pilot.app).splitlines()[-1].endswith("? Help q Quit"))


async def test_a_terminal_that_only_reads_takes_no_text(open_app, home):
    mine = find_paths().learner("ada")
    other = Notebook(mine.notebook, mine.pictures)
    other.claim("another terminal")
    async with open_app() as pilot:
        await burst(pilot, "2", "enter", "4")  # no field has the focus: 4 is a mode
        await expect_text(pilot, "4 Troubleshoot")
        await pilot.press("2", "enter")
        await wait_for(pilot, lambda: any("T writes here" in n.message for n in pilot.app._notifications))
        await pilot.press("T")
        await wait_for(pilot, lambda: not pilot.app.book.read_only)
        await burst(pilot, "enter", "5", "tab", *"mine", "escape")
        await wait_for(pilot, lambda: {entry.value for entry in typed(pilot)} == {"5", "mine"})
    other.close()


async def test_an_answer_is_gone_on_with_and_not_typed_over(open_app):
    async with open_app() as pilot:
        await burst(pilot, "2", "o", "3", "tab", *"sharp", "escape", "o", "5", "tab", *"er", "escape")
        await wait_for(pilot, lambda: {entry.value for entry in typed(pilot)} == {"5", "sharper"})


async def test_the_lab_is_readable_on_a_narrow_screen(open_app):
    async with open_app(size=(60, 20)) as pilot:
        await pilot.press("2")
        await expect_text(pilot, "not made yet")
        await pilot.resize_terminal(120, 40)
        await expect_text(pilot, "Exercise 1: Parameter Experimentation · Steps")
        await expect_text(pilot, "memory")


async def test_what_is_pasted_is_text_and_steers_no_terminal(open_app):
    async with open_app() as pilot:
        await burst(pilot, "2", "enter", "tab")
        pilot.app._driver.send_message(Paste("\x1b]52;c;QUJD\x07\x9b2J\tred\u202e\r\nsecond line"))
        await expect_text(pilot, "\\x1b]52;c;QUJD\\x07\\x9b2J")
        assert not [char for char in screen_text(pilot.app) if char != "\n" and is_unsafe(char)]
        await pilot.press("escape", "1", "o")
        pilot.app._driver.send_message(Paste("one\r\ntwo\x1b[2J"))
        await wait_for(pilot, lambda: pilot.app.book.notes == {"recap": "one\ntwo\\x1b[2J"})
    assert "\x1b" not in "".join(entry.value for entry in typed(pilot))
