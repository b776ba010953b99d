"""The prompt's line of the Lab's form: what the built-in model has learned is offered, and what it has not is said."""

from tests.app.conftest import expect_text
from tests.app.test_setup_form import open_form
from workshop_tui.app.widgets.prompt_line import PromptLine


async def test_a_word_it_has_not_learned_is_said_and_brackets_stay_text(open_app):
    async with open_app() as pilot:
        await open_form(pilot)
        await expect_text(pilot, "ctrl+o lists what small-flux can paint")
        pilot.app.screen.query_one(PromptLine).value = "a cat [red] king"
        await expect_text(pilot, "small-flux has not learned and looks past: cat, [red].")


async def test_each_prompt_of_a_series_is_judged_by_itself(open_app):
    async with open_app() as pilot:
        await open_form(pilot)
        line = pilot.app.screen.query_one(PromptLine)
        line.value = "a king, woodcut style | a queen"
        assert "looks past" not in line.about()
        line.value = "a king | a cat"
        assert "looks past: cat. " in line.about()


async def test_what_is_begun_is_completed_by_the_right_arrow(open_app):
    async with open_app() as pilot:
        await open_form(pilot)
        await pilot.press("ctrl+u", *"a king, wood")
        await expect_text(pilot, "a king, woodcut style")
        await pilot.press("right")
        assert pilot.app.screen.query_one(PromptLine).value == "a king, woodcut style"


async def test_a_style_from_the_list_takes_the_place_of_the_one_there(open_app):
    async with open_app(size=(120, 40)) as pilot:
        await open_form(pilot)
        await pilot.press("ctrl+o")
        await expect_text(pilot, "What it can paint:")
        screen = pilot.app.screen
        await pilot.press("end", "enter")
        await pilot.pause()
        assert pilot.app.screen is not screen
        assert pilot.app.screen.query_one(PromptLine).value.startswith("Portrait of a renaissance nobleman, oil")
        pilot.app.screen.query_one(PromptLine).put_in("woodcut style")
        await expect_text(pilot, "Portrait of a renaissance nobleman, woodcut style")


async def test_for_another_model_nothing_is_offered():
    other = PromptLine("prompt", "a cat", "black-forest-labs/FLUX.1-dev")
    assert other.choices() == []
    assert PromptLine("prompt", "a cat", "small-flux").choices()
