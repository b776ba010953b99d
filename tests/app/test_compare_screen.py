"""Pictures that are marked in the Lab and held against each other, at 80x24 and wide."""

import io

import pytest
from PIL import Image, ImageDraw

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_preparation import put
from workshop_tui.app.screens.compare import CompareScreen
from workshop_tui.app.widgets.compared import ComparedPicture
from workshop_tui.generation.record import Timing


def striped(side, stripes):
    """A PNG of that side, black, with white stripes on it: more stripes are sharper."""
    image = Image.new("RGB", (side, side))
    draw = ImageDraw.Draw(image)
    for stripe in range(stripes):
        x = (2 * stripe + 1) * side // (2 * stripes + 1)
        draw.rectangle((x, 0, x + side // (2 * stripes + 1), side), fill="white")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def steps(home, make_run):
    """The pictures of the steps sweep."""
    for steps in (10, 25, 50):
        run = make_run(num_inference_steps=steps, width=256, height=256, seconds=Timing(denoise=steps / 10))
        put(run, striped(256, steps // 5))


async def open_sweep(pilot):
    """Open the steps sweep at the size of the pictures that are there."""
    await pilot.press("2")
    await expect_text(pilot, "Exercise 1: Parameter Experimentation · Steps")
    await pilot.press("e")
    await expect_text(pilot, "ctrl+r Lesson's values")
    await pilot.press("tab", "tab", "tab", "ctrl+u", *"256x256", "enter")
    await expect_text(pilot, "256x256, Euler, seed 42")


def crops(pilot):
    return [compared.view.crop for compared in pilot.app.screen.query(ComparedPicture)]


async def test_unmarked_the_chosen_picture_is_compared_with_the_one_before(open_app, steps):
    async with open_app() as pilot:
        await open_sweep(pilot)
        await pilot.press("c")  # nothing stands before the first row
        await wait_for(pilot, lambda: any("Two pictures are needed" in n.message for n in pilot.app._notifications))
        await pilot.press("down", "c")
        await expect_text(pilot, "#1  reference")
        await expect_text(pilot, "25 steps, 2.5 s")
        await wait_for(pilot, lambda: "..." not in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert "10 steps, 1.0 s" in text
        assert "50 steps" not in text
        assert " levels, " in text
        figures = [word for line in text.splitlines() if "sharpness" in line for word in line.split()]
        assert float(figures[1]) < float(figures[3])  # more stripes
        await pilot.press("escape")
        await expect_text(pilot, "Notable differences")


async def test_marks_are_seen_taken_away_and_the_first_is_the_reference(open_app, steps):
    async with open_app() as pilot:
        await open_sweep(pilot)
        await pilot.press("down", "down", "space", "up", "space", "up", "space", "space")
        rows = [line.split()[0] for line in screen_text(pilot.app).splitlines() if "256x256" in line and "ok" in line]
        assert rows == ["1", "2*", "3*"]
        await pilot.press("c")
        await expect_text(pilot, "#3  reference")
        assert "#2" in screen_text(pilot.app)
        await pilot.press("r")
        await expect_text(pilot, "#2  reference")
        await pilot.press("escape", "n")
        await expect_text(pilot, "Guidance  2 of")
        await pilot.press("p")
        await expect_text(pilot, "Steps  1 of")
        assert "*" not in "".join(line[:3] for line in screen_text(pilot.app).splitlines())


async def test_two_of_three_stand_side_by_side_at_80_columns_and_all_at_120(open_app, steps):
    async with open_app() as pilot:
        await open_sweep(pilot)
        await pilot.press("space", "down", "space", "down", "space", "c")
        await expect_text(pilot, "side by side, 2 of 3")
        assert "#3" not in screen_text(pilot.app)
        await pilot.press("n")
        await expect_text(pilot, "#3")
        assert "#2" not in screen_text(pilot.app)
        await pilot.resize_terminal(120, 40)
        await wait_for(pilot, lambda: all(name in screen_text(pilot.app) for name in ("#1  reference", "#2", "#3")))


async def test_flipping_shows_one_after_the_other_in_the_same_place(open_app, steps):
    async with open_app() as pilot:
        await open_sweep(pilot)
        await pilot.press("down", "c", "s")
        await expect_text(pilot, "flipping")
        assert "#2" in screen_text(pilot.app)
        assert "#1" not in screen_text(pilot.app)
        await pilot.press("right")
        await expect_text(pilot, "#1  reference")
        assert "#2" not in screen_text(pilot.app)
        await pilot.press("s")
        await expect_text(pilot, "side by side")


async def test_all_pictures_are_zoomed_and_moved_to_the_same_crop(open_app, steps):
    async with open_app() as pilot:
        await open_sweep(pilot)
        await pilot.press("down", "c", "z", "plus")
        await expect_text(pilot, "4x, side by side")
        await wait_for(pilot, lambda: crops(pilot)[0].width == 0.25)
        await pilot.press("right", "down")
        await wait_for(pilot, lambda: crops(pilot)[0].center == (0.5625, 0.5625))
        first, second = crops(pilot)
        assert first == second
        await pilot.press("z")
        await expect_text(pilot, "1:1, side by side")
        view = pilot.app.screen.query_one(ComparedPicture).view
        await wait_for(pilot, lambda: crops(pilot)[0].width == view.size.width / 256)
        await pilot.press("z")
        await expect_text(pilot, "1x, side by side")


async def test_what_the_figures_mean_and_do_not_mean_is_one_key_away(open_app, steps):
    async with open_app() as pilot:
        await open_sweep(pilot)
        await pilot.press("down", "c", "question_mark")
        await expect_text(pilot, "hatching are sharp too")
        await pilot.press("end")
        await expect_text(pilot, "different, not worse.")
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))


async def test_pictures_of_other_sizes_have_no_drift_and_gone_ones_no_figures(open_app, home, make_run):
    runs = [make_run(sweep="resolution", num_inference_steps=28, width=side, height=side) for side in (512, 768, 1024)]
    for run in runs:
        put(run, striped(run.settings.width, 9))
    async with open_app() as pilot:
        await pilot.press("2", "n", "n")
        await expect_text(pilot, "Resolution  3 of")
        for run in pilot.app.book.runs[:1]:
            (pilot.app.learner.pictures / run.picture).unlink()
        await pilot.press("down", "down", "c")
        await expect_text(pilot, "drift n/a: other size")
        await expect_text(pilot, "1024x1024, 3.0 s")
        await pilot.press("escape", "up", "c")
        await expect_text(pilot, "The picture is gone")
        await expect_text(pilot, "sharpness n/a")


async def test_samplers_are_compared_by_their_forwards(open_app, home, make_run):
    for sampler in ("ddim", "heun"):
        put(make_run(sweep="samplers", sampler=sampler, num_inference_steps=28), striped(512, 9))
    async with open_app() as pilot:
        await pilot.press("2", "n", "n", "n")
        await expect_text(pilot, "Samplers  4 of")
        await pilot.press("down", "down", "c")
        await expect_text(pilot, "DDIM, 28 forwards, 3.0 s")
        await expect_text(pilot, "Heun, 55 forwards, 3.0 s")


async def test_what_was_still_to_be_drawn_of_a_closed_comparison_does_no_harm(open_app, steps):
    async with open_app() as pilot:
        await open_sweep(pilot)
        await pilot.press("down", "c")
        await expect_text(pilot, "#1  reference")
        closed = pilot.app.screen
        await pilot.press("escape")
        await expect_text(pilot, "Notable differences")
        assert not closed.is_attached
        closed._draw_crop()  # as it is called after a refresh that comes too late
        assert [each.view.size.area for each in closed._compared] == [0, 0]


async def test_in_a_small_window_figures_stay_whole_and_help_is_named(open_app, steps):
    async with open_app(size=(60, 20)) as pilot:
        await open_sweep(pilot)
        await pilot.press("down", "c")
        await expect_text(pilot, "drift 127.50 levels, 50.0% of")
        assert screen_text(pilot.app).splitlines()[-2].strip() == "pixels"
        assert "? Help" in screen_text(pilot.app)
