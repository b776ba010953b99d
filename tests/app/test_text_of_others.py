"""Text of other people, full of markup, escape sequences and bidirectional controls, is text on every screen."""

import io

import msgspec
import pytest
from PIL import Image

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.walk.place import MARK, MARKED, small_lesson, steering_or_swallowed
from workshop_tui.generation.record import Origin, Placing
from workshop_tui.notebook.entries import Check, Observation, Tick
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths

HOSTILE = f"{MARKED}\x1b[31m\x1b]0;pwned\x07\x9b2J\u202e\u2066\u200f 漢字 ｗｉｄｅ e\u0301\u0302 [@click=app.quit]x[/]"
LEARNER = f"{MARKED} [@click=app.quit]漢e\u0301"


@pytest.fixture
def lesson(tmp_path):
    return small_lesson(tmp_path / "lesson")


@pytest.fixture
def notebook(home, make_run):
    """A notebook in which every text is hostile; its runs are of a model that somebody else named."""
    mine = find_paths().learner(LEARNER)
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(picture, "PNG")
    notebook, lesson = Notebook(mine.notebook, mine.pictures), "flux-deep-dive"
    for number in range(4):
        run = make_run(
            lesson=lesson,
            num_inference_steps=number + 1,
            width=64,
            height=64,
            outcome="ok" if number < 3 else "failed",
            reason=HOSTILE,
            origin=Origin(lesson, "parameters", "steps", number),
            placing=Placing("cpu", HOSTILE, "float32"),
            software={HOSTILE: HOSTILE},
        )
        notebook.add_run(run, b"")
        stranger = msgspec.structs.replace(run.model, name=HOSTILE, family=HOSTILE)
        other = msgspec.structs.replace(run, run_id=f"{number}" * 32, model=stranger)
        notebook.add_run(other, picture.getvalue())
    notebook.observe(lesson, Observation("parameters", "steps", "differences", HOSTILE))
    for section in ("recap", "part-2", "overview"):
        notebook.set_note(lesson, section, f"{HOSTILE}\n{HOSTILE}")
    for place in (1, 2, 3):
        notebook.set_improvement(lesson, place, HOSTILE)
    notebook.set_check(lesson, Check("slow", "tried", HOSTILE, "0" * 32, (Tick("steps", "helped", HOSTILE),)))
    notebook.set_check(lesson, Check("own:1", note=HOSTILE, own="problem", title=HOSTILE))
    notebook.set_check(lesson, Check("own:2", note=HOSTILE, own="discovery", title=HOSTILE))
    notebook.close()


WAYS = (
    (
        "1",
        "o",
        "escape",
        "right_square_bracket",
        "slash",
        "r",
        "e",
        "d",
        "enter",
        "escape",
        "l",
        "escape",
        "t",
        "escape",
    ),
    ("2", "e", "ctrl+l", "escape", "escape", "i", "i", "n", "n", "n", "n", "i", "i", "b", "v", "escape", "z", "escape"),
    (
        "2",
        "space",
        "down",
        "space",
        "c",
        "m",
        "escape",
        "escape",
        "f",
        "escape",
        "r",
        "escape",
        "question_mark",
        "escape",
    ),
    ("3", "question_mark", "escape"),
    ("4", "t", "escape", "4", "x", "escape", "v", "escape", "o", "escape", "down", "down", "end", "e", "escape"),
    ("5", "g", "escape", "5", "i", "escape", "c", "escape", "h", "escape", "e", "a", "escape", "v", "escape", "escape"),
    ("6", "question_mark", "escape"),
)
"""Keys that lead to every screen, one mode a line."""


async def test_what_others_wrote_is_text_on_every_screen(open_app, lesson, notebook):
    marked = 0
    async with open_app(lesson, size=(120, 40), learner=LEARNER, instructor=True) as pilot:
        await expect_text(pilot, MARKED)
        for ways in WAYS:
            for key in ways:
                await pilot.press(key)
                await pilot.pause(0.05)
                text = screen_text(pilot.app)
                assert steering_or_swallowed(text.splitlines()) == "", f"after {key} of {ways}"
                marked += text.count(MARK)
            assert pilot.app.is_running
        await wait_for(pilot, lambda: len(pilot.app.screen_stack) == 1)
    assert marked > 100
