"""How long pictures will take."""

import msgspec
import pytest

from workshop_tui.generation.pace import NEWEST, duration, predict
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import ModelInfo, Rework, Run, Timing
from workshop_tui.generation.settings import Settings


def settings(steps=10, side=512):
    return Settings("x", steps, width=side, height=side)


def item(rework=None, **of):
    return Item("a" * 32, settings(**of), rework=rework)


def run(denoise, decode=0.5, practice=True, outcome="ok", **of):
    model = ModelInfo("m", "built-in", practice, "small-flux", 32, 1)
    wanted = settings(**of)
    timing = Timing(denoise=denoise, decode=decode)
    return Run("", "", wanted, outcome, "", model, seconds=timing, forwards=wanted.num_inference_steps)


def test_nothing_measured_is_unknown_and_not_a_guess():
    assert predict([item()], [], practice=True) is None
    assert predict([item()], [run(2.0, practice=False)], practice=True) is None
    assert predict([item()], [run(2.0, outcome="cancelled")], practice=True) is None


def test_time_grows_with_steps_and_pixels():
    known = [run(2.0)]
    assert predict([item()], known, practice=True) == pytest.approx(2.5)
    assert predict([item(steps=25)], known, practice=True) == pytest.approx(5.5)
    assert predict([item(side=1024)], known, practice=True) == pytest.approx(10.0)
    assert predict([item(), item(steps=25)], known, practice=True) == pytest.approx(8.0)


def test_a_refined_picture_takes_only_the_steps_that_its_strength_leaves():
    half = item(Rework("refined", "b" * 32, 0.5))
    assert half.forwards == 5
    assert predict([half], [run(2.0)], practice=True) == pytest.approx(1.5)
    done = msgspec.structs.replace(run(1.0), rework=Rework("refined", "b" * 32, 0.5), forwards=5)
    assert predict([item()], [done], practice=True) == pytest.approx(2.5), "a refined one is a measure like others"
    assert item(Rework("final", "b" * 32)).forwards == item().forwards == 10


def test_one_slow_run_and_old_runs_do_not_decide():
    assert predict([item()], [run(2.0), run(200.0), run(2.0)], practice=True) == pytest.approx(2.5)
    assert predict([item()], [run(50.0)] * 20 + [run(2.0)] * NEWEST, practice=True) == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "time unknown yet"),
        (0.0, "1 s"),
        (40.2, "40 s"),
        (89.4, "89 s"),
        (240, "about 4 min"),
        (4800, "about 80 min"),
        (6000, "about 1 h 40 min"),
    ],
)
def test_durations_in_words(seconds, text):
    assert duration(seconds) == text
