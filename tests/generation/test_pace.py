"""How long pictures will take."""

import pytest

from workshop_tui.generation.pace import NEWEST, duration, predict
from workshop_tui.generation.record import ModelInfo, Run, Timing
from workshop_tui.generation.settings import Settings


def settings(steps=10, side=512):
    return Settings("x", steps, width=side, height=side)


def run(denoise, decode=0.5, practice=True, outcome="ok", **of):
    model = ModelInfo("m", "built-in", practice, "small-flux", 32, 1)
    wanted = settings(**of)
    timing = Timing(denoise=denoise, decode=decode)
    return Run("", "", wanted, outcome, "", model, seconds=timing, forwards=wanted.num_inference_steps)


def test_nothing_measured_is_unknown_and_not_a_guess():
    assert predict([settings()], [], practice=True) is None
    assert predict([settings()], [run(2.0, practice=False)], practice=True) is None
    assert predict([settings()], [run(2.0, outcome="cancelled")], practice=True) is None


def test_time_grows_with_steps_and_pixels():
    known = [run(2.0)]
    assert predict([settings()], known, practice=True) == pytest.approx(2.5)
    assert predict([settings(steps=25)], known, practice=True) == pytest.approx(5.5)
    assert predict([settings(side=1024)], known, practice=True) == pytest.approx(10.0)
    assert predict([settings(), settings(steps=25)], known, practice=True) == pytest.approx(8.0)


def test_one_slow_run_and_old_runs_do_not_decide():
    assert predict([settings()], [run(2.0), run(200.0), run(2.0)], practice=True) == pytest.approx(2.5)
    assert predict([settings()], [run(50.0)] * 20 + [run(2.0)] * NEWEST, practice=True) == pytest.approx(2.5)


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
