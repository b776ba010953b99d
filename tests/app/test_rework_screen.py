"""Final and refined pictures in the Lab, and presets in its form, with the real worker."""

import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.generation.presets import Preset, Presets
from workshop_tui.paths import find_paths

pytestmark = pytest.mark.kept_worker


async def small_sweep(pilot, steps="2, 3"):
    await pilot.press("2")
    await expect_text(pilot, "Exercise 1: Parameter Experimentation · Steps")
    await pilot.press("e")
    await expect_text(pilot, "ctrl+l Preset")
    await pilot.press("tab", "ctrl+u", *steps)
    await pilot.press("tab", "tab", "ctrl+u", *"256x256", "enter")
    await expect_text(pilot, "256x256, Euler, seed 42")


def row(pilot, number):
    return next(line for line in screen_text(pilot.app).splitlines() if line.startswith(f" {number} "))


async def test_a_picture_is_made_final_and_refined_below_the_sweep(open_app):
    async with open_app() as pilot:
        await small_sweep(pilot)
        await pilot.press("f")
        await wait_for(pilot, lambda: any("picture is there" in n.message for n in pilot.app._notifications))
        await pilot.press("r")
        await wait_for(pilot, lambda: sum(run.outcome == "ok" for run in pilot.app.book.runs) == 2, 120)

        await pilot.press("down", "f")
        await expect_text(pilot, "Make #2 final: the same picture with more than its 3 steps.")
        await expect_text(pilot, "Maximum quality: 45 steps")
        lines = screen_text(pilot.app).splitlines()
        steps = [int(line.split()[-3]) for line in lines if line.rstrip(" │").endswith(" steps") and ": " in line]
        assert steps == sorted(steps)
        assert len(steps) > 1
        await pilot.press("end", "enter", *"3", "enter")
        await expect_text(pilot, "steps: 3 are no more than the 3 of run")
        await pilot.press("backspace", "6", "enter")
        await wait_for(pilot, lambda: len(pilot.app.book.runs) == 3, 60)
        await expect_text(pilot, "final of #2")

        await pilot.press("u")
        await expect_text(pilot, "Refine #2: enlarge it from 256x256")
        await pilot.press("down", "down", "enter", "ctrl+u", *"1.5 0.7", "enter")
        await wait_for(pilot, lambda: len(pilot.app.book.runs) == 4, 60)
        await expect_text(pilot, "refined #2")
        assert row(pilot, 3).split()[1:4] == ["6", "3.5", "256x256"]
        assert row(pilot, 4).split()[1:4] == ["3", "3.5", "384x384"]

        first, second, final, refined = pilot.app.book.runs
        assert [run.outcome for run in pilot.app.book.runs] == ["ok"] * 4
        assert final.rework.source == refined.rework.source == second.run_id
        assert (final.origin.sweep, refined.origin.sweep) == ("steps", "steps")
        assert refined.rework.strength == 0.7

        await pilot.press("down", "b")  # the final one is no value of the sweep
        await wait_for(pilot, lambda: any("made out of another" in n.message for n in pilot.app._notifications))
        await pilot.press("r")
        await expect_text(pilot, "All 2 pictures are there.")
        await pilot.press("escape")

        (pilot.app.learner.pictures / first.picture).write_bytes(b"gone bad")
        await pilot.press("up", "up", "u", "enter")
        await wait_for(pilot, lambda: any("is no PNG" in n.message for n in pilot.app._notifications))


async def test_a_preset_is_chosen_and_the_forms_values_are_saved_as_one(open_app, home):
    presets = Presets.of(find_paths().learner("ada"))
    presets.save(Preset("soft", "Soft [red]light", "", {"num_inference_steps": 9, "guidance_scale": 2.5}))
    async with open_app() as pilot:
        await pilot.press("2", "n")
        await expect_text(pilot, "Exercise 1: Parameter Experimentation · Guidance")
        await pilot.press("e")
        await expect_text(pilot, "ctrl+l Preset")
        await pilot.press("ctrl+l")
        await expect_text(pilot, "Soft [red]light: 9 steps, guidance 2.5")
        await pilot.press("enter")
        await expect_text(pilot, "the values of guidance stay")
        assert "steps         9  " in screen_text(pilot.app)
        await pilot.press("ctrl+s")
        await expect_text(pilot, "Save as a preset: 9 steps, 512x512. Its name")
        await pilot.press("escape", "tab", "tab", "ctrl+u", *"4.5", "ctrl+s")
        await expect_text(pilot, "Save as a preset: 9 steps, guidance 4.5, 512x512. Its name")
        await pilot.press(*"good-quality", "enter")
        await expect_text(pilot, "'good-quality' ships with the program")
        await pilot.press("ctrl+u", *"my-own", "enter")
        await expect_text(pilot, "Kept as my-own")
    assert presets.find("my-own") == Preset(
        "my-own", "My own", "", {"num_inference_steps": 9, "guidance_scale": 4.5, "width": 512, "height": 512}
    )


async def test_a_damaged_preset_is_named_in_the_form(open_app, home):
    presets = Presets.of(find_paths().learner("ada"))
    presets.save(Preset("soft", "Soft", "", {"num_inference_steps": 9}))
    (presets.own / "soft.toml").write_text("name = 1")
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "· Steps")
        await pilot.press("e", "ctrl+l")
        await expect_text(pilot, "cannot be read")
        assert "workshop-tui preset delete" in " ".join(screen_text(pilot.app).replace("│", " ").split())


@pytest.mark.parametrize("text", ["", "2 x", "nan", "2 0.35 1", "x", "1", "2 2", "100x100"])
def test_what_is_no_size_or_strength_is_refused(make_run, text):
    from workshop_tui.errors import UserError
    from workshop_tui.generation.rework_answers import read_refined

    with pytest.raises(UserError):
        read_refined(make_run(picture="p.png"), text)


def test_a_factor_or_a_size_and_a_strength_are_read(make_run):
    from workshop_tui.generation.rework_answers import read_refined

    run = make_run(picture="p.png")
    for text, size, strength in (
        ("2", "1024x1024", 0.35),
        ("1.5x 0.5", "768x768", 0.5),
        ("640x640 .2", "640x640", 0.2),
    ):
        item = read_refined(run, text)
        assert (item.settings.size, item.rework.strength) == (size, strength)


async def test_a_preset_is_saved_where_the_prompts_are_what_varies(open_app):
    async with open_app() as pilot:
        await pilot.press("2", "p")
        await expect_text(pilot, "Prompts")
        await pilot.press("e")
        await expect_text(pilot, "ctrl+l Preset")
        await pilot.press("ctrl+s")
        await expect_text(pilot, "Save as a preset: ")
