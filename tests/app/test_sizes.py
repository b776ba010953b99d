"""Small windows, and windows that change: nothing is cut off for good, nothing breaks."""

import pytest
from textual.geometry import Size

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_compare_screen import open_sweep, steps  # noqa: F401
from workshop_tui.app.look import Look
from workshop_tui.app.screens.too_small import TooSmallScreen
from workshop_tui.app.widgets.picture import PictureView

MODES = {
    "1": "1 Class",
    "2": "2 Lab",
    "3": "3 Monitor",
    "4": "4 Troubleshoot",
    "5": "5 Profile",
    "6": "6 Instructor",
}


def unreachable(app):
    """Return what can be focused, and can be brought into the window neither as it stands nor by scrolling."""
    found = []
    window = Size(*app.size).region
    for widget in app.screen.focus_chain:
        app.screen.set_focus(widget, scroll_visible=True)
        widget.scroll_visible(animate=False, force=True)
        yields = widget.region.intersection(window)
        if not yields.area and not any(
            above.max_scroll_y for above in widget.ancestors if hasattr(above, "max_scroll_y")
        ):
            found.append(widget)
    app.screen.set_focus(None)
    return found


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_every_mode_has_its_title_strip_and_keys_and_all_can_be_reached(open_app, size, shipped_lesson):
    async with open_app(shipped_lesson, size=size, instructor=True) as pilot:
        section = pilot.app.lesson.sections[0].label
        for key, title in MODES.items():
            await pilot.press(key)
            await expect_text(pilot, title)
            await expect_text(pilot, f"{section}  0")
            await expect_text(pilot, "? Help q Quit")
            rows = screen_text(pilot.app).splitlines()
            assert rows[0].endswith(title)
            assert any(row.startswith(" run: ") for row in rows)
            assert "? Help q Quit" in rows[-1]
            assert unreachable(pilot.app) == []


@pytest.mark.parametrize(
    ("mode", "keys", "told"),
    [
        ("1", "?", "Esc Close"),
        ("1", "s", "Enter Take it Esc Cancel"),
        ("1", "/", "words to look for"),
        ("1", "o", "Esc closes"),
        ("2", "e", "Esc Cancel ctrl+o List"),
        ("3", "m", "Metrics of this lesson's pictures"),
        ("4", "a", "Enter Take it Esc Cancel"),
        ("4", "o", "Enter Take it Esc Cancel"),
        ("5", "h", "Esc Cancel"),
        ("5", "i", "Enter Take it Esc Cancel"),
        ("5", "e", "Esc Close"),
    ],
)
async def test_every_dialog_fits_the_smallest_window(open_app, mode, keys, told):
    async with open_app(size=(60, 20)) as pilot:
        await pilot.press(mode, keys)
        await expect_text(pilot, told)
        assert unreachable(pilot.app) == []


async def test_the_card_fits_the_smallest_window(open_app, shipped_lesson):
    async with open_app(shipped_lesson, size=(60, 20), begin=False) as pilot:
        rows = screen_text(pilot.app).splitlines()
        assert any("Enter Begin, or go on" in row for row in rows)
        assert any("q Quit" in row for row in rows)


async def test_a_window_may_change_its_size_at_any_moment(open_app):
    async with open_app(size=(80, 24), instructor=True) as pilot:
        for mode, title in MODES.items():
            await pilot.press(mode)
            await expect_text(pilot, title)
            for size in ((200, 60), (60, 20), (40, 10), (120, 40), (1, 1), (59, 60), (80, 24)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
            await expect_text(pilot, title)
            assert "? Help q Quit" in screen_text(pilot.app)


@pytest.mark.parametrize("theme", ["dark", "ansi"])
async def test_a_window_that_is_too_small_says_what_it_needs_and_takes_no_keys(open_app, theme):
    async with open_app(look=Look(theme=theme)) as pilot:
        await pilot.resize_terminal(40, 10)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        assert screen_text(pilot.app).split() == ["60x20", "needed.", "workshop-tui", "class", "--plain"]
        await pilot.press("n", "2")
        await pilot.resize_terminal(80, 24)
        await expect_text(pilot, "▶ Opening Recap")


async def test_a_question_that_was_asked_meanwhile_is_answered_first(open_app):
    async with open_app() as pilot:
        await pilot.press("s")
        await expect_text(pilot, "Schedule: own")
        await pilot.resize_terminal(40, 10)
        await pilot.resize_terminal(80, 24)
        await expect_text(pilot, "Schedule: own")
        await pilot.press("escape")
        await expect_text(pilot, "▶ Opening Recap")


@pytest.mark.usefixtures("steps")
async def test_pictures_are_shown_compared_and_rated_in_the_smallest_window(open_app):
    async with open_app() as pilot:
        await open_sweep(pilot)
        await pilot.resize_terminal(60, 20)
        await pilot.press("down", "z")
        await expect_text(pilot, "Esc Close")
        await wait_for(pilot, lambda: pilot.app.screen.query(PictureView).first().drawn_cells)
        await pilot.press("escape", "c")
        await expect_text(pilot, "#1  reference")
        await expect_text(pilot, "? Help")
        await pilot.press("escape", "v")
        await expect_text(pilot, "Can you see a difference?")
        assert unreachable(pilot.app) == []
