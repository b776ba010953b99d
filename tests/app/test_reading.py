"""Mode 1's note, search, 't try it', takeaways, last hand-in and languages, as a learner meets them."""

import tomllib

import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.cli import main
from workshop_tui.errors import WorkshopError
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths, shipped


async def wait_gone(pilot, text):
    await wait_for(pilot, lambda: text not in screen_text(pilot.app))


# Notes


async def test_a_note_is_saved_as_it_is_typed_marked_and_there_after_a_restart(open_app, home):
    async with open_app() as pilot:
        await pilot.press("o")
        await expect_text(pilot, "Note: Opening Recap · saved as you type, goes into your hand-in")
        await pilot.press(*"ask about / [b]CFG", "enter", *"1 n q")
        await wait_for(pilot, lambda: pilot.app.book.notes == {"recap": "ask about / [b]CFG\n1 n q"})
        await expect_text(pilot, "▶ Opening Recap    10✎")
        await pilot.press("escape")
        await expect_text(pilot, "Your note · o changes it")
        await expect_text(pilot, "ask about / [b]CFG")
        await pilot.press("n")
        await expect_text(pilot, "▶ Part 1")
        assert "Your note" not in screen_text(pilot.app)
    profile = tomllib.loads((home / "data/profiles/ada/optimization-profile.toml").read_text())
    assert profile["notes"] == {"recap": "ask about / [b]CFG\n1 n q"}
    async with open_app() as pilot:
        await pilot.press("[")
        await expect_text(pilot, "ask about / [b]CFG")
        await pilot.press("o", *"!", "escape")
        await expect_text(pilot, "1 n q!")


async def test_what_was_typed_a_moment_ago_is_kept_on_esc_and_on_leaving(open_app):
    async with open_app() as pilot:
        await pilot.press("o", *"first", "escape")
        await wait_for(pilot, lambda: pilot.app.book.notes == {"recap": "first"})
        await pilot.press("o", *" second", "ctrl+q")
    async with open_app() as pilot:
        await expect_text(pilot, "first second")


async def test_a_note_is_read_only_in_a_second_terminal(open_app):
    async with open_app() as first, open_app() as second:
        await expect_text(second, "READ ONLY")
        await first.press("o", *"mine", "escape")
        await expect_text(second, "mine")
        await second.press("o", *"not this")
        await expect_text(second, "READ ONLY: another terminal writes · Esc closes")
        assert "saves" not in screen_text(second.app).splitlines()[-1]
        await second.press("escape")
        await expect_text(second, "Your note")
        assert second.app.book.notes == {"recap": "mine"}


async def test_a_note_that_a_command_writes_reaches_the_open_field(open_app):
    async with open_app() as pilot:
        await pilot.press("o")
        await expect_text(pilot, "Note: Opening Recap")
        with pytest.raises(SystemExit):
            main(["note", "write", "recap", "from a second shell"])
        await expect_text(pilot, "from a second shell")


async def test_a_note_that_cannot_be_written_stays_in_the_field_and_is_tried_again(open_app, monkeypatch):
    monkeypatch.setattr("workshop_tui.app.widgets.note_field.RETRY_SECONDS", 0.3)
    async with open_app() as pilot:
        notebook = pilot.app.desk._open_notebook
        set_note = notebook.set_note

        def full(lesson, section, text):
            raise WorkshopError("Cannot write: the disk is full.")

        notebook.set_note = full
        await pilot.press("o", *"kept", "escape")
        await expect_text(pilot, "NOT SAVED: it is tried again")
        notebook.set_note = set_note
        await wait_for(pilot, lambda: pilot.app.book.notes == {"recap": "kept"})
        await expect_text(pilot, "saved as you type")


async def test_reading_on_closes_and_saves_the_note(open_app):
    async with open_app() as pilot:
        await pilot.press("o", *"quick")
        pilot.app.screen.part = "part-2"
        await wait_gone(pilot, "saved as you type")
        await wait_for(pilot, lambda: pilot.app.book.notes == {"recap": "quick"})


# Search


async def test_words_are_found_in_the_whole_lesson_and_brought_into_view(open_app):
    async with open_app() as pilot:
        await pilot.press("slash", *"GUÍDANCE")
        await expect_text(pilot, "12 hits: Enter goes there")
        await pilot.press("enter")
        await expect_text(pilot, "hit 1 of 12 · Part 1")
        await expect_text(pilot, "Guidance: Text prompt guides")
        await pilot.press("down", "enter", "down", "down")
        await expect_text(pilot, "hit 5 of 12 · Part 2")
        await expect_text(pilot, "guidance is distilled")
        await pilot.press("up")
        await expect_text(pilot, "hit 4 of 12 · Part 2")
        await pilot.press("escape")
        await wait_gone(pilot, "hit 4 of 12")
        assert "guidance is distilled" in screen_text(pilot.app)
        assert "▶ Opening Recap" in screen_text(pilot.app)
        await pilot.press("n")
        await expect_text(pilot, "▶ Part 1")


async def test_hits_are_highlighted_and_no_longer_after_esc(open_app):
    def reversed_words(pilot):
        strips = pilot.app.screen._compositor.render_strips()
        return [s.text for strip in strips for s in strip if s.style and s.style.reverse and "concepts" in s.text]

    async with open_app() as pilot:
        await pilot.press("slash", *"basic concepts", "enter")
        await expect_text(pilot, "hit 1 of 1 · Opening Recap")
        assert reversed_words(pilot) == ["basic concepts"]
        await pilot.press("escape")
        await wait_for(pilot, lambda: reversed_words(pilot) == [])


async def test_what_is_nowhere_is_said_and_the_instructors_words_are_not_found(open_app):
    async with open_app() as pilot:
        await pilot.press("slash", *"varying technical skill")
        await expect_text(pilot, "no hit")
        await pilot.press("enter", "escape")
        await expect_text(pilot, "Quick review of basic concepts")
    async with open_app(instructor=True) as pilot:
        await pilot.press("slash", *"varying technical skill", "enter")
        await expect_text(pilot, "hit 1 of 1 · Instructor Notes")


# Trying out


async def test_t_opens_the_lab_on_the_setting_that_is_read_about(open_app):
    async with open_app() as pilot:
        await pilot.press("t")
        await pilot.pause(0.5)
        assert "1 Class" in screen_text(pilot.app)
        await pilot.press("]", "]")
        await expect_text(pilot, "Steps (Inference Steps)  t try it")
        await pilot.press("t")
        await expect_text(pilot, "Exercise 1: Parameter Experimentation · Steps")
        await pilot.press("1", "slash", *"cfg - classifier", "enter", "escape", "t")
        await expect_text(pilot, "Exercise 1: Parameter Experimentation · Guidance")
        await pilot.press("1", "slash", *"DDIM: Deterministic", "enter", "escape", "t")
        await expect_text(pilot, "Exercise 1: Parameter Experimentation · Samplers")


async def test_t_opens_a_free_form_where_no_exercise_varies_the_setting(open_app):
    async with open_app() as pilot:
        await pilot.press("slash", *"seed walking", "enter", "escape", "t")
        await expect_text(pilot, "Settings: Determine maximum resolution without errors")
        await wait_for(pilot, lambda: pilot.app.focused is not None and pilot.app.focused.id == "set-seed")


async def test_t_asks_where_several_settings_could_be_meant(open_app):
    async with open_app() as pilot:
        await pilot.press("slash", *"variations to test", "enter", "escape", "t")
        await expect_text(pilot, "Try what?")
        await pilot.press("down", "down", "enter")
        await expect_text(pilot, "Exercise 1: Parameter Experimentation · Resolution")


async def test_a_heading_that_cannot_be_scrolled_to_the_middle_can_be_meant_too(open_app, small_lesson):
    text = "# Lab\n\n## Steps\n:::try steps\n\nA\n" + "\nB\n" * 12 + "\n## Size\n:::try size\n\nC\n"
    async with open_app(small_lesson(text), size=(80, 60)) as pilot:
        await expect_text(pilot, "Size  t try it")
        await pilot.press("t")
        await expect_text(pilot, "Try what?")
        await expect_text(pilot, "Size: One, Sizes")


# What is the learner's own


async def test_the_wrap_up_shows_what_was_found_best_rated_and_noted(open_app, home):
    mine = find_paths().learner("ada")
    async with open_app() as pilot:
        pilot.app.screen.part = "wrap-up"
        await expect_text(pilot, "nothing noted yet: o writes a note")
        await pilot.app.desk.observe(Observation("parameters", "steps", "optimal", "25"))
        await pilot.app.desk.observe(Observation("parameters", "steps", "quality", "4"))
        await pilot.app.desk.set_note("part-2", "guidance is [b]distilled[/b]")
        await expect_text(pilot, "Steps           best 25  ")
        await expect_text(pilot, "Image quality assessment 4/5")
        await expect_text(pilot, "Part 2          guidance is [b]distilled[/b]")
    notebook = Notebook(mine.notebook, mine.pictures)
    assert notebook.notes("flux-deep-dive") == {"part-2": "guidance is [b]distilled[/b]"}
    notebook.close()


async def test_the_recap_opens_the_last_hand_in_to_be_read(open_app, home):
    async with open_app() as pilot:
        await expect_text(pilot, "l  opens your last hand-in")
        file = home / "data/profiles/ada/optimization-profile.toml"
        await wait_for(pilot, file.exists)
        await pilot.press("l")
        await expect_text(pilot, "Nothing is handed in yet.")
        await pilot.press("escape", "o", *"homework: 10 steps", "escape")
        await wait_for(pilot, lambda: "homework" in file.read_text())
        await pilot.press("l")
        await expect_text(pilot, "Your last hand-in: to be read only")
        assert "Nothing is handed in yet." not in screen_text(pilot.app)
        await pilot.press("end")
        await expect_text(pilot, "Text Rendering Problems")
        await expect_text(pilot, "homework: 10 steps")
        await pilot.press("escape", "n")
        await expect_text(pilot, "▶ Part 1")
        await pilot.press("l")
        await pilot.pause(0.2)
        assert "last hand-in" not in screen_text(pilot.app)


async def test_a_hand_in_that_is_broken_is_told_as_text(open_app, home):
    async with open_app() as pilot:
        file = home / "data/profiles/ada/optimization-profile.toml"
        await wait_for(pilot, file.exists)
        file.write_text("schema = 1\nkind = [red]\x1b[2J\n")
        await pilot.press("l")
        await expect_text(pilot, "this is not TOML")
        assert "\x1b" not in screen_text(pilot.app)
        assert "Text Rendering Problems" not in screen_text(pilot.app)[:400]


async def test_no_hand_in_yet_says_what_it_is(open_app, home):
    from workshop_tui.app.screens.last_hand_in import LastHandInScreen

    async with open_app() as pilot:
        pilot.app.push_screen(LastHandInScreen(home / "nowhere", find_paths().learner("bo")))
        await expect_text(pilot, "Nothing is handed in yet. The files grow by themselves")
        await expect_text(pilot, "the lesson's problems, what you tried and what helped")


# Languages


@pytest.fixture
def small_lesson(tmp_path):
    """Write a lesson with one section of a text, and translations of it."""

    def write(text, **translations):
        folder = tmp_path / "small"
        folder.mkdir()
        (folder / "lesson.toml").write_text(
            'format_version = 1\nid = "small"\ntitle = "Small"\nstated_minutes = 20\n'
            '[[sections]]\nid = "lab"\ntitle = "Lab"\nkind = "lab"\nminutes = 10\nfile = "lab.md"\n'
            '[[sections]]\nid = "end"\ntitle = "End"\nkind = "lecture"\nminutes = 10\nfile = "end.md"\n'
            '[[exercises]]\nid = "one"\ntitle = "One"\nsection = "lab"\nkind = "sweeps"\nbase_prompt = "A"\n'
            'sweeps = [{ id = "steps", title = "Steps", vary = "steps", values = [10, 25] },\n'
            '{ id = "sizes", title = "Sizes", vary = "size", values = ["512x512", "768x768"] }]\n'
        )
        (folder / "lab.md").write_text(text)
        (folder / "end.md").write_text("# End\n\nBye.\n")
        for lang, translated in translations.items():
            (folder / f"lab.{lang}.md").write_text(translated)
        return folder

    return write


async def test_a_lesson_in_another_language_says_what_is_not_translated(open_app, small_lesson):
    folder = small_lesson("# Lab\n", de="# Labor: Ausprobieren\n\nWörter.\n")
    async with open_app(folder, lang="de") as pilot:
        await expect_text(pilot, "Labor: Ausprobieren")
        await expect_text(pilot, "▶ Labor ")
        assert "Not translated" not in screen_text(pilot.app)
        await pilot.press("slash", *"worter", "enter")
        await expect_text(pilot, "hit 1 of 1 · Labor")
        await pilot.press("escape", "]")
        await expect_text(pilot, "Not translated into de: shown as written.")
        await expect_text(pilot, "Bye.")


def test_the_shipped_marks_are_where_they_belong():
    lesson = load_lesson(shipped("lessons") / "flux-deep-dive")
    marks = {
        block.text.split("\n")[mark.heading].lstrip("# "): mark.names
        for block in lesson.texts["part-2"]
        for mark in getattr(block, "tries", ())
    }
    assert marks == {
        "Steps (Inference Steps)": ("steps",),
        "Guidance Scale": ("guidance",),
        "Seed Control": ("seed",),
        "Resolution and Aspect Ratios": ("size",),
        "Sampler/Scheduler Types": ("sampler",),
    }


async def test_a_note_goes_on_where_a_terminal_takes_over(open_app):
    async with open_app() as first, open_app() as second:
        await first.press("o", *"one")
        await wait_for(first, lambda: first.app.book.notes == {"recap": "one"})
        await second.press("T")
        await expect_text(first, "READ ONLY: another terminal writes · Esc closes")
        await expect_text(second, "Your note")
        await second.press("o", *" two", "escape")
        await expect_text(first, "one two")
        await first.press("escape", "T", "o", *" three", "escape")
        await expect_text(second, "one two three")
