"""Mode 1, as a learner sees it."""

import tomllib

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.app.widgets.lesson_text import LessonText
from workshop_tui.paths import shipped


async def test_the_card_says_who_what_and_how(open_app):
    async with open_app(begin=False) as pilot:
        text = screen_text(pilot.app)
        assert "Learner   ada" in text
        assert "practice model small-flux (built in)" in text
        assert "220 minutes as printed, 205 without the break; stated: 150" in text
        assert "a small, real FLUX" in text
        assert "Enter Begin, or go on" in text


async def test_the_card_of_a_lesson_without_a_break_speaks_of_none(open_app):
    async with open_app(shipped("lessons") / "flux-creative-control", begin=False) as pilot:
        assert "70 minutes as printed; stated: 70" in screen_text(pilot.app)


async def test_enter_begins_and_n_goes_on(open_app):
    async with open_app() as pilot:
        await expect_text(pilot, "▶ Opening Recap    10")
        await expect_text(pilot, "Quick review of basic concepts")
        await pilot.press("n")
        await expect_text(pilot, "✓ Opening Recap    10")
        await expect_text(pilot, "▶ Part 1           45")
        await expect_text(pilot, "Part 1: FLUX Architecture & Training")
        assert "own pace" in screen_text(pilot.app)


async def test_notes_stand_beside_the_lesson_and_say_that_they_are_none_of_it(open_app):
    async with open_app() as pilot:
        await pilot.press("n", "n")
        await expect_text(pilot, "Default: 28 for FLUX.1 [dev], 25 for FLUX.1 [pro]")
        await expect_text(pilot, "Note, not part of the lesson: FLUX.1 [pro]")
        await expect_text(pilot, "Source: black-forest-labs/flux")


async def test_reading_elsewhere_leaves_the_class_where_it_is(open_app):
    async with open_app() as pilot:
        await pilot.press("]", "]")
        await expect_text(pilot, "Part 2: Model Parameters Deep Dive")
        assert "▶ Opening Recap" in screen_text(pilot.app)
        await pilot.press("g")
        await expect_text(pilot, "▶ Part 2")


async def test_the_clock_pauses_and_goes_on(open_app):
    async with open_app() as pilot:
        await pilot.press("p")
        await expect_text(pilot, "PAUSED: p goes on")
        await pilot.press("p")
        await expect_text(pilot, "own pace")


async def test_the_break_can_be_moved_and_skipped(open_app):
    async with open_app() as pilot:
        await pilot.press("]", "m")
        await expect_text(pilot, "Break")
        rows = screen_text(pilot.app).splitlines()
        names = [row[2:16].strip() for row in rows[1:12]]
        assert names.index("Break") == names.index("Part 1") - 1
        await pilot.press("b")
        await expect_text(pilot, "x Break")


async def test_a_schedule_that_cannot_be_is_explained_and_can_be_mended(open_app):
    async with open_app() as pilot:
        await pilot.press("s")
        await pilot.press("ctrl+u", *"fit 20", "enter")
        await expect_text(pilot, "20 minutes are too few")
        await pilot.press(*["backspace"] * 2, *"150", "enter")
        await expect_text(pilot, "▶ Opening Recap     6")
        await expect_text(pilot, "on time")


async def test_the_instructors_notes_never_appear_by_surprise(open_app, shipped_lesson):
    async with open_app(shipped_lesson) as pilot:
        for _ in range(14):
            assert "Instructor" not in screen_text(pilot.app)
            await pilot.press("]")
            await pilot.pause(0.05)


async def test_the_instructor_sees_them_when_asked_for(open_app):
    async with open_app(instructor=True) as pilot:
        await expect_text(pilot, "Instructor Notes"[:14])
        for _ in range(12):
            await pilot.press("]")
        await expect_text(pilot, "Provide hands-on time for parameter experimentation")


async def test_it_goes_on_where_it_was(open_app):
    async with open_app() as pilot:
        await pilot.press("n", "n")
        await expect_text(pilot, "▶ Part 2")
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "You were in Part 2")
        await pilot.press("enter")
        await expect_text(pilot, "▶ Part 2")
        await expect_text(pilot, "✓ Part 1")


async def test_the_hand_in_is_there_from_the_first_minute(open_app, home):
    async with open_app() as pilot:
        await pilot.press("n")
    profile = tomllib.loads((home / "data/profiles/ada/optimization-profile.toml").read_text())
    assert profile["learner"] == "ada"
    assert profile["lesson"]["id"] == "flux-deep-dive"
    assert profile["hardware"]["cpu_count"] >= 1


async def test_a_lessons_markup_and_escapes_are_shown_as_text(open_app, tmp_path):
    folder = tmp_path / "hostile"
    folder.mkdir()
    (folder / "lesson.toml").write_text(
        'format_version = 1\nid = "hostile"\ntitle = "[red]Bad[/red] \\u001b[31m"\nstated_minutes = 10\n'
        '[[sections]]\nid = "one"\ntitle = "[b]One"\nkind = "lecture"\nminutes = 10\nfile = "one.md"\n'
    )
    (folder / "one.md").write_text("# [bold]Head\n\n- [red]item[/red] \x1b[2J\n")
    async with open_app(folder) as pilot:
        await expect_text(pilot, "[red]item[/red]")
        text = screen_text(pilot.app)
        assert "[b]One" in text
        assert "\x1b" not in text


async def test_it_is_readable_at_60x20_and_has_room_at_120x40(open_app):
    async with open_app(size=(60, 20)) as pilot:
        await expect_text(pilot, "Quick review of basic concepts")
        assert "▶ Opening Recap" not in screen_text(pilot.app)
    async with open_app(size=(120, 40)) as pilot:
        await expect_text(pilot, "▶ Opening Recap")


async def test_a_second_terminal_reads_only_and_says_so_until_it_takes_over(open_app):
    async with open_app() as first, open_app() as second:
        await expect_text(second, "READ ONLY")
        for mode, key in (("2 Lab", "r"), ("4 Troubleshoot", "x"), ("5 Profile", "i"), ("1 Class", "n")):
            await second.press(mode[0])
            await expect_text(second, mode)
            second.app.clear_notifications()
            await second.press(key)
            told = "Another terminal of yours writes: T writes here."
            await wait_for(second, lambda told=told: told in {each.message for each in second.app._notifications})
        await second.press("T")
        await wait_gone(second, "READ ONLY")
        await first.press("n")
        await expect_text(first, "READ ONLY")


async def test_a_second_terminal_shows_where_the_first_one_is_and_stays_there_when_it_takes_over(open_app):
    async with open_app() as first, open_app() as second:
        await expect_text(second, "READ ONLY")
        await first.press("n", "p")
        await expect_text(second, "PAUSED: p goes on")
        await second.press("T")
        await wait_gone(second, "READ ONLY")
        assert second.app.class_clock.view().class_spent == first.app.class_clock.view().class_spent
        assert second.app.class_clock.section == first.app.class_clock.section


async def wait_gone(pilot, text):
    await wait_for(pilot, lambda: text not in screen_text(pilot.app))


async def test_help_lists_the_keys_of_this_screen(open_app):
    async with open_app() as pilot:
        await pilot.press("question_mark")
        await expect_text(pilot, "Move the class to the next section")
        await expect_text(pilot, "Notes and answers are saved as you type")
        await pilot.press("escape")
        await expect_text(pilot, "Quick review")


def said(pilot):
    return [notice.message for notice in pilot.app._notifications]


async def test_messages_call_a_section_by_its_label(open_app):
    async with open_app() as pilot:
        await pilot.press("n", "n", "[", "m")
        await wait_for(pilot, lambda: bool(said(pilot)))
        assert said(pilot) == ["Part 1 has begun already.\n  Choose a section that is still to come."]


async def test_n_in_the_last_section_says_that_the_class_is_over_and_where_to_go(open_app):
    async with open_app() as pilot:
        await pilot.press(*["n"] * len(pilot.app.lesson.sections))
        await wait_for(pilot, lambda: bool(said(pilot)))
        assert said(pilot) == [
            "This is the last section, the class is over: ] leads to Assignment, 5 opens the hand-in."
        ]


async def test_a_page_further_is_there_in_one_step(open_app):
    async with open_app() as pilot:
        await pilot.press("n", "n")
        text = pilot.app.screen.query_one(LessonText)
        await wait_for(pilot, lambda: text.max_scroll_y > 2 * text.size.height)
        steps = []
        pilot.app.screen.watch(text, "scroll_y", lambda row: steps.append(row), init=False)
        await pilot.press("pagedown")
        await wait_for(pilot, lambda: text.scroll_y > 10)
        await pilot.press("down")
        await wait_for(pilot, lambda: len(steps) > 1)
        assert steps[1:] == [steps[0] + 1]
