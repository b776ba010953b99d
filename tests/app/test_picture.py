"""The picture as half-blocks: there, gone, or damaged; and the whole screen with how to fetch it."""

import io

import pytest
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo
from rich.console import Console
from textual.app import App

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.picture_cells import NEAR, NEAR_IN_SMALL, half_blocks
from workshop_tui.app.screens.picture import PictureScreen
from workshop_tui.app.sending import _encoded
from workshop_tui.app.widgets import picture as picture_module
from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.generation.crop import Crop
from workshop_tui.generation.thumbnail import add_thumbnail
from workshop_tui.models.painting.paint import paint
from workshop_tui.models.painting.scene import draw_scene


class Wall(App):
    """One picture on a screen of its own, styled as in the class."""

    CSS_PATH = WorkshopApp.CSS_PATH.absolute()

    def __init__(self, source=None):
        super().__init__()
        self.source = source

    def compose(self):
        view = PictureView()
        view.empty = "r makes the pictures."
        view.source = self.source
        yield view


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "0123[b]abcdef.png"
    Image.new("RGB", (64, 64), (200, 30, 30)).save(path)
    return path


async def test_a_picture_takes_all_of_the_room_that_it_fits_into(picture):
    async with Wall(picture).run_test(size=(80, 24)) as pilot:
        view = pilot.app.query_one(PictureView)
        await wait_for(pilot, lambda: view.drawn_cells == (48, 24))


def as_png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def seen(lines):
    """Return the pixels that a terminal shows of some lines of half-blocks."""
    shown = Image.new("RGB", (lines[0].cell_length, 2 * len(lines)))
    for y, line in enumerate(lines):
        for x, (sign, style, _) in enumerate(line):
            paper = style.bgcolor.triplet
            ink = style.color.triplet if sign != " " else paper
            shown.putpixel((x, 2 * y), ink if sign == "▀" else paper)
            shown.putpixel((x, 2 * y + 1), ink if sign == "▄" else paper)
    return shown


@pytest.mark.parametrize("near", [0, NEAR, NEAR_IN_SMALL])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_half_blocks_show_each_pixel_as_near_as_they_are_asked_for(seed, near):
    painted = Image.fromarray(paint(draw_scene(seed), 64, 48)).resize((32, 24))
    lines = half_blocks(as_png(painted), 32, 12, Crop(), near=near)
    extrema = ImageChops.difference(seen(lines), painted).getextrema()
    assert max(most for _, most in extrema) <= near


def test_colours_that_are_near_enough_save_bytes():
    painted = as_png(Image.fromarray(paint(draw_scene(1), 64, 48)))
    console = Console(color_system="truecolor", force_terminal=True)
    exact, near = (
        sum(len(_encoded(line, console)) for line in half_blocks(painted, 32, 12, Crop(), near=near))
        for near in (0, NEAR_IN_SMALL)
    )
    assert near < 0.6 * exact


async def test_a_picture_is_drawn_from_its_thumbnail_where_that_is_large_enough(tmp_path):
    red, green = (Image.new("RGB", (512, 512), colour) for colour in ((200, 0, 0), (0, 200, 0)))
    info = PngInfo()
    add_thumbnail(info, green)
    red.save(tmp_path / "p.png", pnginfo=info)

    def colour(columns, rows, crop):
        style = half_blocks(tmp_path / "p.png", columns, rows, crop)[0]._segments[0].style
        return style.bgcolor.triplet

    assert colour(80, 40, Crop()).green > 150
    assert colour(200, 100, Crop()).red > 150  # it would be blurred
    assert colour(80, 40, Crop(0, 0, 0.5, 0.5)).red > 150


async def test_a_picture_that_was_deleted_is_said_to_be_gone(picture):
    picture.unlink()
    async with Wall(picture).run_test(size=(80, 24)) as pilot:
        await expect_text(pilot, "The picture is gone: 0123[b]abcdef.png was deleted.")
        pilot.app.query_one(PictureView).source = None
        await expect_text(pilot, "r makes the pictures.")


async def test_of_pictures_that_a_held_key_passes_only_the_last_is_drawn(picture, monkeypatch):
    pictures = [picture.with_name(f"{number}.png") for number in range(5)]
    for number, path in enumerate(pictures):
        Image.new("RGB", (64, 64), (40 * number, 30, 30)).save(path)
    drawn = []
    monkeypatch.setattr(
        picture_module, "half_blocks", lambda path, *room, **_: drawn.append(path) or half_blocks(path, *room)
    )
    async with Wall(picture).run_test(size=(80, 24)) as pilot:
        view = pilot.app.query_one(PictureView)
        await wait_for(pilot, lambda: view.drawn_cells is not None)
        view._came -= 1  # it has been looked at for a second
        for path in pictures:
            view.source = path
        await wait_for(pilot, lambda: view.drawn_cells is not None)
        assert drawn[-1] == pictures[-1]
        assert not set(pictures[1:-1]).intersection(drawn)


async def test_a_damaged_picture_is_said_to_be_damaged(picture):
    picture.write_bytes(picture.read_bytes()[:40])
    async with Wall(picture).run_test(size=(80, 24)) as pilot:
        await expect_text(pilot, "cannot be shown: it is damaged.")


@pytest.mark.parametrize("connect", ["", "ada@gpu.example:2222"])
async def test_the_whole_screen_says_where_the_picture_lies_and_how_to_fetch_it(
    home, picture, make_run, monkeypatch, connect
):
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    if connect:
        monkeypatch.setenv("WORKSHOP_TUI_CONNECT", connect)
    async with Wall().run_test(size=(80, 24)) as pilot:
        pilot.app.push_screen(PictureScreen(picture, make_run(), home))
        await expect_text(pilot, "10 steps, guidance 3.5, 512x512, Euler, seed 42, small-flux (built in)")
        where = str(picture)
        if connect:
            where = "0123?b?abcdef.png"
            await expect_text(pilot, "scp -P 2222")
        await expect_text(pilot, "esc Close")
        text = "".join(line.strip() for line in screen_text(pilot.app).splitlines())
        assert where in text
        picture.unlink()
        await pilot.resize_terminal(100, 30)
        await expect_text(pilot, "The picture is gone")
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, PictureScreen)


async def test_beside_half_blocks_a_part_is_shown_pixel_by_pixel_and_moved(home, picture, make_run):
    async with Wall().run_test(size=(120, 40)) as pilot:
        pilot.app.push_screen(PictureScreen(picture, make_run(), home))
        await expect_text(pilot, "Move 1:1")
        part = pilot.app.screen.query_one("#part", PictureView)
        await wait_for(pilot, lambda: part.drawn_cells is not None and part.crop.width < 1)
        assert part.crop.width * 512 == pytest.approx(part.size.width)
        before = part.crop.left
        await pilot.press("right")
        assert part.crop.left > before
        await pilot.press(*["right"] * 30)
        assert part.crop.left + part.crop.width == pytest.approx(1)
