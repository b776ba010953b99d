"""Which pictures are held against each other, and what is said to differ."""

import msgspec
import pytest

from workshop_tui.errors import UserError
from workshop_tui.exercises.compare import compared, differences, figures, row_names
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.record import Rework, Timing


@pytest.fixture
def cells(make_run):
    """Four rows: three pictures, and between them one that was never made."""
    runs = [make_run(num_inference_steps=steps, picture=f"{steps}.png") for steps in (10, 25, 50)]
    missing = Cell(msgspec.structs.replace(runs[0].settings, num_inference_steps=30), None)
    first, second, third = (Cell(run.settings, run) for run in runs)
    return [first, second, missing, third]


def steps_of(runs):
    return [run.settings.num_inference_steps for run in runs]


@pytest.mark.parametrize(
    ("marked", "chosen", "found"),
    [
        ([], 1, [10, 25]),
        ([], 3, [25, 50]),  # the row before it has no picture
        ([], 0, [10]),
        ([], 2, []),
        ([3], 0, [50, 10]),
        ([3], 3, [50]),
        ([3, 0], 1, [50, 10]),
        ([3, 0, 1], 2, [50, 10, 25]),
    ],
)
def test_marked_pictures_are_meant_else_the_chosen_one_and_the_one_before(cells, marked, chosen, found):
    ids = [cells[place].run.run_id for place in marked]
    assert steps_of(compared(cells, ids, chosen)) == found


def test_an_empty_table_has_nothing_to_compare():
    assert compared([], [], 0) == []


def test_a_mark_on_a_picture_that_was_deleted_counts_no_more(cells):
    assert steps_of(compared(cells, ["0" * 32, cells[0].run.run_id], 1)) == [10, 25]


def test_a_picture_that_was_marked_before_the_table_had_other_rows_is_still_meant(cells, make_run):
    earlier = make_run(sampler="heun", picture="heun.png")
    found = compared(cells, [earlier.run_id, cells[0].run.run_id], 1, [earlier])
    assert [run.settings.sampler for run in found] == ["heun", "euler"]
    assert row_names(found, cells) == ["earlier", "#1"]


def test_only_what_differs_is_said_and_always_the_seconds(make_run):
    runs = [make_run(num_inference_steps=10), make_run(num_inference_steps=25, seconds=Timing(denoise=9.0))]
    assert differences(runs) == ["10 steps, 3.0 s", "25 steps, 9.0 s"]
    assert differences([runs[0], runs[0]]) == ["same settings, 3.0 s"] * 2


def test_what_is_special_in_one_picture_is_said_of_the_others_too(make_run):
    runs = [make_run(), make_run(true_cfg_scale=4.0)]
    assert differences(runs) == ["true CFG 1, 3.0 s", "true CFG 4, 3.0 s"]


def test_samplers_are_compared_with_the_forwards_that_each_made(make_run):
    runs = [make_run(sampler=name, num_inference_steps=25) for name in ("euler", "heun")]
    assert differences(runs) == ["Euler, 25 forwards, 3.0 s", "Heun, 49 forwards, 3.0 s"]
    runs[1] = make_run(sampler="heun", num_inference_steps=13)
    assert differences(runs) == ["25 steps, Euler, 25 forwards, 3.0 s", "13 steps, Heun, 25 forwards, 3.0 s"]


def test_another_prompt_and_another_model_are_named_without_steering_the_terminal(make_run, dev_model):
    runs = [make_run(), make_run(prompt="A \x1b[31mcat", model=dev_model)]
    assert differences(runs)[1] == '"A \\x1b[31mcat", black-forest-labs/FLUX.1-dev, 3.0 s'


def test_a_picture_that_is_gone_is_told_from_one_that_was_never_made(make_run, tmp_path):
    with pytest.raises(UserError, match="is gone or damaged"):
        figures([make_run(picture="gone.png")], tmp_path)
    with pytest.raises(UserError, match="it has no picture: out-of-memory"):
        figures([make_run(outcome="out-of-memory")], tmp_path)


def test_a_picture_is_called_by_its_row_and_what_it_was_made_out_of(cells, make_run):
    final = make_run(picture="f.png", rework=Rework("final", cells[1].run.run_id))
    rows = [*cells, Cell(final.settings, final, past=True, rework=final.rework)]
    assert row_names([final, cells[0].run], rows) == ["#5, final of #2", "#1"]
