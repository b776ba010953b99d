"""How the class looks: themes, signs, no colours, and what a slow line is spared."""

import json

import pytest
from PIL import Image
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Input

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_monitor_screen import gpu, show, snapshot
from workshop_tui.app.ascii_signs import as_ascii
from workshop_tui.app.graphics import ASCII, HALF, OFF, choose
from workshop_tui.app.look import Look, choose_look
from workshop_tui.app.picture_cells import half_blocks, shades
from workshop_tui.app.readings import Sampled
from workshop_tui.app.sending import Sent
from workshop_tui.app.widgets.bars import StatusStrip
from workshop_tui.config import Config
from workshop_tui.generation.crop import Crop
from workshop_tui.generation.protocol import Item

RICH = {"TERM": "xterm-256color", "LANG": "de_DE.UTF-8"}
MODES = "12345"


def chosen(root, theme=None, ascii_=None, slow_line=None, *, config=Config(), env=RICH, encoding="utf-8"):  # noqa: B008
    return choose_look(theme, ascii_, slow_line, config=config, root=root, environment=env, encoding=encoding)


# What is chosen


def test_an_option_wins_over_what_was_last_and_that_over_the_configuration(tmp_path):
    light = Config(theme="light")
    assert chosen(tmp_path).theme == "dark"
    assert chosen(tmp_path, config=light).theme == "light"
    assert chosen(tmp_path, "ansi", config=light).theme == "ansi"
    assert chosen(tmp_path, config=light).theme == "ansi"
    assert chosen(tmp_path, config=light, env=RICH | {"TERM": "foot"}).theme == "light"


def test_a_damaged_memory_of_themes_counts_as_none(tmp_path):
    for text in ("{", "[]", '{"xterm-256color": "pink"}', '{"xterm-256color": 3}'):
        (tmp_path / "look.json").write_text(text)
        assert chosen(tmp_path).theme == "dark"


@pytest.mark.parametrize(
    ("env", "theme", "no_colour"),
    [
        ({"TERM": "linux"}, "ansi", False),
        ({"TERM": "screen"}, "ansi", False),
        ({"TERM": "xterm"}, "ansi", False),
        ({"TERM": "vt100"}, "ansi", True),
        (RICH | {"NO_COLOR": "1"}, "ansi", True),
        (RICH, "dark", False),
    ],
)
def test_a_terminal_with_few_colours_keeps_its_own(tmp_path, env, theme, no_colour):
    look = chosen(tmp_path, env=env)
    assert (look.theme, look.no_colour) == (theme, no_colour)


@pytest.mark.parametrize(
    ("env", "encoding", "because"),
    [
        (RICH, "utf-8", ""),
        ({"TERM": "xterm"}, "UTF-8", ""),
        (RICH | {"LC_ALL": "C"}, "utf-8", "the locale is not UTF-8"),
        (RICH, "iso8859-1", "output: iso8859-1"),
    ],
)
def test_signs_are_ascii_where_the_terminal_is_not_utf8(tmp_path, env, encoding, because):
    look = chosen(tmp_path, env=env, encoding=encoding)
    assert (look.ascii, look.because) == (bool(because), because)
    assert chosen(tmp_path, ascii_=False, env=env, encoding=encoding).ascii is False
    assert chosen(tmp_path, config=Config(ascii=True)).because == ""


def test_ascii_shades_take_the_place_of_pictures_but_not_of_none(tmp_path):
    assert choose(None, tmp_path, RICH, shades=True) == ASCII
    assert choose("off", tmp_path, RICH, shades=True) == OFF
    assert choose(None, tmp_path, RICH) == HALF


# Signs


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("✓ Part 1 · ▶ Part 2 → 38 °C ±3 …", "+ Part 1 . > Part 2 > 38  C ~3 ~"),
        ("╭─┐│┃└┬╯━═", "+-+||+++--"),
        ("▊▔▁█░▂⣿⠀", "|-_#.#* "),
        ("Ünïcode, 漢字, „так“", 'Ünïcode, 漢字, "так"'),
        ("😀 ok", "*  ok"),
    ],
)
def test_signs_become_ascii_of_the_same_width_and_letters_stay(text, told):
    assert as_ascii(text) == told
    assert Segment(as_ascii(text)).cell_length == Segment(text).cell_length


def test_letters_that_the_encoding_lacks_are_told_as_well_as_can_be():
    assert as_ascii("Müller ß 漢", "ascii") == "Muller ? ? "
    assert as_ascii("Müller ß 漢", "iso8859-1") == "Müller ß ? "


async def test_nothing_but_ascii_is_drawn(open_app, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    async with open_app(look=Look(ascii=True), begin=False) as pilot:
        assert screen_text(pilot.app).isascii()
        await pilot.press("enter")
        for mode in MODES:
            await pilot.press(mode)
            await show(pilot, *(snapshot(float(second), gpus=(gpu(float(second)),)) for second in range(30)))
            await expect_text(pilot, "? Help")
            assert screen_text(pilot.app).isascii()
            await pilot.press("question_mark")
            await expect_text(pilot, "Up Down scroll")
            assert screen_text(pilot.app).isascii()
            await pilot.press("escape")
        await pilot.press("2", "e")
        await expect_text(pilot, "ctrl+r Lesson")
        assert screen_text(pilot.app).isascii()


async def test_why_signs_are_ascii_is_said_once(open_app):
    async with open_app(look=Look(ascii=True, because="output: ascii")) as pilot:
        told = [note.message for note in pilot.app._notifications]
        assert told == ["Drawn with ASCII signs: output: ascii. --no-ascii draws all."]


def test_a_picture_in_ascii_is_the_denser_the_brighter(tmp_path):
    half = Image.new("RGB", (8, 8))
    half.paste((255, 0, 0), (4, 0, 8, 8))
    half.save(tmp_path / "p.png")
    first = shades(tmp_path / "p.png", 8, 4, Crop(), dark=True)[0]
    assert first.text[0] == " "
    assert first.text[-1] in ":-"
    assert list(first)[-1].style.color.triplet == (255, 0, 0)
    assert shades(tmp_path / "p.png", 8, 4, Crop(), dark=False)[0].text[0] == "@"


# Colours


def styles(app):
    return [segment.style for strip in app.screen._compositor.render_strips() for segment in strip if segment.style]


async def test_without_colours_none_is_sent_and_what_is_chosen_is_marked(open_app):
    async with open_app(look=Look(theme="ansi", no_colour=True), pictures=ASCII) as pilot:
        for mode in MODES:
            await pilot.press(mode)
            await expect_text(pilot, "? Help")
            assert {style.color.name for style in styles(pilot.app) if style.color} <= {"default"}
            assert {style.bgcolor.name for style in styles(pilot.app) if style.bgcolor} <= {"default"}
        await pilot.press("4")
        await expect_text(pilot, "Symptoms")
        rows = pilot.app.screen._compositor.render_strips()
        chosen_row = next(strip for strip in rows[1:] if "Poor Image Quality" in strip.text)
        assert any(part.style.underline and "Poor Image" in part.text for part in chosen_row if part.style)
        await pilot.press("2", "e")
        await expect_text(pilot, "ctrl+r Lesson")
        rows = pilot.app.screen._compositor.render_strips()
        assert any(part.style and part.style.reverse for part in next(row for row in rows if "prompt" in row.text))


async def test_c_goes_through_the_themes_and_the_terminal_remembers(open_app, home):
    async with open_app() as pilot:
        for name, theme in (("light", "textual-light"), ("ansi", "ansi-dark"), ("dark", "textual-dark")):
            await pilot.press("C")
            await wait_for(pilot, lambda theme=theme: pilot.app.theme == theme)
            known = json.loads((pilot.app.learner.root / "look.json").read_text())
            assert list(known.values()) == [name]


@pytest.mark.parametrize("theme", ["dark", "light", "ansi"])
async def test_half_blocks_keep_their_colours_in_every_theme(open_app, tmp_path, theme):
    Image.new("RGB", (8, 8), (10, 200, 30)).save(tmp_path / "p.png")
    async with open_app(look=Look(theme=theme)) as pilot:
        strip = half_blocks(tmp_path / "p.png", 4, 2, Crop())[0]
        for each in pilot.app.get_line_filters():
            strip = strip.apply_filter(each, pilot.app.screen.background_colors[1])
        assert {part.style.bgcolor.triplet for part in strip} == {(10, 200, 30)}


# What is sent


def part(y, text, x=0, style=None):
    """Return an update of one stretch of a row, as Textual makes it."""
    strip = Strip([Segment(text, style)])
    return ChopsUpdate([{}] * y + [{x: strip}], [(y, x, x + strip.cell_length)], [[]] * y + [[x + strip.cell_length]])


@pytest.fixture
def sent():
    """Send updates one after the other; returns what goes to the terminal."""
    known, console = Sent(), Console(color_system="truecolor", force_terminal=True)
    return lambda update: known.sparing(update).render_segments(console)


def test_of_a_line_only_the_cells_that_changed_are_sent(sent):
    assert "12:40 of 40:00" in sent(part(3, "12:40 of 40:00"))
    assert sent(part(3, "12:41 of 40:00")) == "\x1b[4;5H1"
    assert sent(part(3, "12:41 of 40:00")) == ""
    assert sent(part(3, "13:41 of 41:00")) == "\x1b[4;2H3\x1b[4;11H1"
    assert "\x1b[1m" in sent(part(3, "13:41 of 41:00", style=Style(bold=True)))


def test_of_a_colour_only_what_differs_from_the_cell_before_is_sent(sent):
    def shown(*parts):
        strip = Strip([Segment(text, Style.parse(style)) for text, style in parts])
        return sent(ChopsUpdate([{0: strip}], [(0, 0, strip.cell_length)], [[strip.cell_length]]))

    red, blue = "38;2;255;0;0", "48;2;0;0;255"
    on = "#ff0000 on #0000ff"
    assert shown(("a", on), ("b", on)) == f"\x1b[1;1H\x1b[{red};{blue}mab\x1b[0m"
    assert shown(("c", on), ("d", "#00ff00 on #0000ff")).endswith(f"\x1b[{red};{blue}mc\x1b[38;2;0;255;0md\x1b[0m")
    assert shown(("e", on), ("f", "#ff0000")).endswith(f"me\x1b[0m\x1b[{red}mf\x1b[0m")
    assert shown(("g", "bold #ff0000"), ("h", "italic #ff0000")).endswith(f"mg\x1b[0m\x1b[3;{red}mh\x1b[0m")


def test_a_wide_letter_is_never_cut_in_two(sent):
    sent(part(0, "a漢b"))
    assert sent(part(0, "a字b")) == "\x1b[1;2H字"
    assert sent(part(0, "axyb")) == "\x1b[1;2Hxy"
    assert sent(part(0, "a漢b")) == "\x1b[1;2H漢"


def test_of_a_whole_screen_that_is_known_only_changes_are_sent(sent):
    whole = LayoutUpdate([[Strip([Segment("ab")]), Strip([Segment("cd")])]], Region(0, 0, 4, 1))
    assert sent(part(0, "abcd")).endswith("abcd")
    assert sent(whole) == ""  # as it stands there already
    assert sent(part(0, "abcx")) == "\x1b[1;4Hx"
    assert sent(whole) == "\x1b[1;4Hd"
    assert "abcd" in Sent().sparing(whole).render_segments(Console(force_terminal=True)).replace("\x1b[1;3H", "")


def test_where_a_picture_of_the_terminal_has_gone_all_is_sent(sent):
    blank = part(0, "        ")
    sent(blank)
    assert sent(blank) == ""
    sent(ChopsUpdate([{0: Strip([])}], [(0, 0, 8)], [[8]]))  # a row of it holds no cells
    assert sent(blank) == "\x1b[1;1H        "


def test_what_the_terminal_draws_itself_is_sent_each_time(sent):
    for text in ("\x1bPq#0~\x1b\\", "\U0010eeee\u0305\u0305"):
        assert text in sent(part(0, text))
        assert text in sent(part(0, text))


async def test_a_slow_line_is_told_the_clock_by_the_minute_and_readings_each_ten_seconds(open_app, make_run):
    async with open_app(look=Look(slow_line=True)) as pilot:
        await expect_text(pilot, "Opening Recap  0 of 10 min")
        assert pilot.app.animation_level == "none"
        await show(pilot, snapshot(100.0), snapshot(105.0))
        assert pilot.app.snapshot.taken == 100.0
        assert len(pilot.app.readings.history) == 2
        pilot.app.on_sampled(Sampled(snapshot(110.0)))
        assert pilot.app.snapshot.taken == 110.0
        run = make_run(num_inference_steps=50)
        assert not pilot.app.desk.pictures.worth_previews((Item(run.run_id, run.settings),))
        await pilot.press("/")
        await wait_for(pilot, lambda: isinstance(pilot.app.focused, Input))
        await wait_for(pilot, lambda: pilot.app.focused.cursor_blink is False)


async def test_near_the_end_of_a_part_the_slow_clock_tells_quarters_of_a_minute(open_app):
    async with open_app(look=Look(slow_line=True)) as pilot:
        strip = pilot.app.screen.query_one(StatusStrip)
        pilot.app.class_clock.count(8 * 60 + 50)
        pilot.app._tick()
        await pilot.pause()
        assert "1:15 left" in strip._told["#strip-clock"]
        pilot.app.class_clock.count(3 * 60)
        pilot.app._tick()
        assert "11 of 10 min" in strip._told["#strip-clock"]
