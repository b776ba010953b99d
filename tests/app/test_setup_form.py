"""The Lab's form: all settings, what they cost, lists to choose from, and what is wrong with a line."""

from dataclasses import replace

import msgspec
import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.app.screens.setup import SetupScreen
from workshop_tui.exercises.sweeps import Setup, lesson_setup
from workshop_tui.generation.advice import SCHNELL, advice
from workshop_tui.generation.settings import Settings


async def open_form(pilot, parts=0):
    await pilot.press("2")
    await expect_text(pilot, "Exercise 1: Parameter Experimentation")
    await pilot.press(*["n"] * parts)
    await pilot.pause()
    await pilot.press("e")
    await expect_text(pilot, "ctrl+o List")


def line(pilot, name):
    return next(row for row in screen_text(pilot.app).splitlines() if f"│ {name} " in row or f"│ ✗{name} " in row)


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 40)])
async def test_every_setting_can_be_reached_with_the_arrows(open_app, size):
    async with open_app(size=size) as pilot:
        await open_form(pilot, parts=1)
        seen = []
        for _ in range(8):
            seen.append(pilot.app.screen._here)
            await pilot.press("down")
        await pilot.press("up", "enter", "down")  # the fold
        for _ in range(9):
            seen.append(pilot.app.screen._here)
            assert f" {seen[-1]} " in screen_text(pilot.app)
            await pilot.press("down")
        assert seen[:7] == ["prompt", "steps", "guidance", "size", "seed", "sampler", "precision"]
        assert set(seen) >= {
            "negative", "true-cfg", "walk-to", "walk", "placement", "quantization", "speed", "block-cache", "tiled"
        }  # fmt: skip
        await expect_text(pilot, "Esc Cancel")


async def test_what_is_set_is_kept_and_stands_in_the_head(open_app):
    async with open_app() as pilot:
        await open_form(pilot)
        await pilot.press(*["down"] * 6, "ctrl+u", *"fp16")
        await expect_text(pilot, "FLUX.1 has overflowed in it: black pictures, or NaN.")
        await pilot.press("down", "enter", "down", *"fog", "down")
        await expect_text(pilot, "✗negative")
        await pilot.press("backspace", "4", "down")
        await wait_for(pilot, lambda: "✗negative" not in screen_text(pilot.app))
        await pilot.press("down", "down", "ctrl+o")
        await expect_text(pilot, "sequential-offload  One layer lies on the GPU at a time")
        await pilot.press("down", "down", "enter")
        await expect_text(pilot, "Advanced: negative prompt fog, true CFG 4, model-offload")
        await pilot.press("enter")
        await expect_text(pilot, "guidance 3.5, 512x512, Euler, seed 42, fp16, model-offload, true CFG 4")
        kept = pilot.app.screen._setup.settings
        assert (kept.precision, kept.placement, kept.true_cfg_scale, kept.negative_prompt) == (
            "fp16", "model-offload", 4.0, "fog"
        )  # fmt: skip


async def test_a_wrong_line_is_marked_where_it_stands_and_enter_goes_there(open_app):
    async with open_app() as pilot:
        await open_form(pilot)
        await pilot.press("down", "down", "ctrl+u", *"hot", "down")
        await expect_text(pilot, "✗guidance")
        assert "guidance: 'hot' is not a number." in line(pilot, "guidance")
        await pilot.press("down", "ctrl+u", *"-1", "enter")
        await expect_text(pilot, "✗seed")
        assert pilot.app.screen._here == "guidance"
        await pilot.press("ctrl+u", "3")
        await wait_for(pilot, lambda: "✗guidance" not in screen_text(pilot.app))


async def test_a_random_seed_is_drawn_once_and_recorded(open_app):
    async with open_app() as pilot:
        await open_form(pilot)
        await pilot.press(*["down"] * 4, "ctrl+u", *"random", "enter")
        await wait_for(pilot, lambda: not isinstance(pilot.app.screen, SetupScreen))
        seed = pilot.app.screen._setup.settings.seed
        await expect_text(pilot, f"seed {seed}")
        assert seed != 42


async def test_a_varied_line_takes_one_more_from_the_list(open_app):
    async with open_app() as pilot:
        await open_form(pilot, parts=3)
        await pilot.press(*["down"] * 5, "ctrl+u", "ctrl+o", "enter", "ctrl+o", "down", "down", "enter")
        await expect_text(pilot, "euler, heun")


async def test_a_preset_sets_what_it_holds(open_app):
    async with open_app() as pilot:
        await open_form(pilot, parts=1)
        await pilot.press("ctrl+l")
        await expect_text(pilot, "Low VRAM: 20 steps, 768x768")
        await pilot.press("down", "enter")
        await expect_text(pilot, "Low VRAM.")
        assert "768x768" in line(pilot, "size")
        assert "20 forwards (NFE)" in line(pilot, "steps")
        await expect_text(pilot, "Advanced: quantization auto, in tiles")
        await pilot.press("ctrl+r")
        await expect_text(pilot, "As in the lesson.")
        assert "512x512" in line(pilot, "size")


async def test_a_sweep_of_any_setting_has_its_column(open_app, make_run):
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "· Steps")
        lab = pilot.app.screen
        for vary, values in (("placement", ("cpu", "sequential-offload")), ("walk", ("0.25", "0.5"))):
            part = replace(lab.part, sweep=msgspec.structs.replace(lab.part.sweep, vary=vary))
            lab._parts[0] = part
            settings = lesson_setup(part, "small-flux").settings
            lab._setup = Setup(msgspec.structs.replace(settings, walk_to=7), values)
            lab.query_one("#cells").set_columns(vary)
            lab._draw()
            await wait_for(pilot, lambda vary=vary: vary in screen_text(pilot.app).splitlines()[4])
            text = screen_text(pilot.app)
            assert all(value in text for value in values)


def test_schnell_is_said_to_ignore_guidance():
    told = advice(Settings("a", 28), SCHNELL)
    assert "ignores it" in told["guidance"]
    assert told["steps"] == "28 forwards (NFE). FLUX.1 [schnell] is made for 1 to 4 steps."
    assert "ignores" not in advice(Settings("a"), "FLUX.1 [dev]")["guidance"]


def test_what_costs_or_needs_something_says_so():
    told = advice(
        Settings("a", 10, sampler="heun", width=2048, height=2048, true_cfg_scale=4, quantization="bnb-nf4"),
        absent={"bitsandbytes"},
    )
    assert told["steps"] == "38 forwards (NFE) (true CFG: two a step)."
    assert told["size"].startswith("4.2 MP: FLUX.1 was trained around 1 MP")
    assert "twice the time" in told["true-cfg"]
    assert told["quantization"].startswith("Needs workshop-tui[quant]: bitsandbytes is not installed. Lossy")
    assert "size" not in advice(Settings("a"))
    assert "Euler's scheduler made it" in advice(Settings("a", sampler="ddim"))["sampler"]
