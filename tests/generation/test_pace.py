import pytest

from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.settings import Settings


def test_time_goes_with_forwards_and_pixels(make_run):
    runs = [make_run()]  # 10 steps at 512 px: 2.25 s of denoising, 0.5 s of decoding
    wanted = Settings("x", num_inference_steps=20, width=1024, height=512)
    assert predict([wanted], runs, practice=True) == pytest.approx(2 * (2 * 2.25 + 0.5))
    assert predict([wanted] * 3, runs, practice=True) == pytest.approx(30)


def test_nothing_is_said_before_this_model_was_measured(make_run, dev_model):
    wanted = [Settings("x")]
    assert predict(wanted, [], practice=True) is None
    assert predict(wanted, [make_run(model=dev_model), make_run(outcome="failed")], practice=True) is None
    assert predict(wanted, [make_run(model=dev_model)], practice=False) is not None
    assert predict([], [make_run()], practice=True) == 0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "time unknown yet"),
        (0.2, "1 s"),
        (40, "40 s"),
        (240, "about 4 min"),
        (4800, "about 80 min"),
        (6000, "about 1 h 40 min"),
    ],
)
def test_a_length_of_time_in_words(seconds, said):
    assert duration(seconds) == said
