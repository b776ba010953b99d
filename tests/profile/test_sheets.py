"""Which of a lesson's runs go onto the hand-in's contact sheets."""

from PIL import Image

from workshop_tui.generation.contact_sheet import RUNS_KEY
from workshop_tui.generation.record import Origin
from workshop_tui.profile.sheets import write_sheets


def shown(path):
    return Image.open(path).info[RUNS_KEY].split()


def test_a_sweep_with_two_pictures_has_a_sheet_and_keeps_it(tmp_path, deep_dive, make_run):
    places = {25: 1, 10: 0}
    runs = [
        make_run(num_inference_steps=steps, origin=Origin("flux-deep-dive", "parameters", "steps", place))
        for steps, place in places.items()
    ]
    written = write_sheets(tmp_path, deep_dive, runs, tmp_path)
    assert [path.name for path in written] == ["sheet-parameters-steps.png"]
    assert shown(written[0]) == [runs[1].run_id, runs[0].run_id]  # in the sweep's order
    assert write_sheets(tmp_path, deep_dive, runs, tmp_path) == []


def test_one_picture_is_no_sheet(tmp_path, deep_dive, make_run):
    assert write_sheets(tmp_path, deep_dive, [make_run(), make_run(outcome="failed")], tmp_path) == []


def test_a_sheet_of_earlier_settings_stays_until_two_pictures_of_the_new_ones_are_there(tmp_path, deep_dive, make_run):
    runs = [make_run(num_inference_steps=steps) for steps in (10, 25)]
    (sheet,) = write_sheets(tmp_path, deep_dive, runs, tmp_path)
    runs.append(make_run(num_inference_steps=10, guidance_scale=7.0))
    assert write_sheets(tmp_path, deep_dive, runs, tmp_path) == []
    assert shown(sheet) == [run.run_id for run in runs[:2]]
    runs.append(make_run(num_inference_steps=25, guidance_scale=7.0))
    assert write_sheets(tmp_path, deep_dive, runs, tmp_path) == [sheet]
    assert shown(sheet) == [run.run_id for run in runs[2:]]


def test_a_sheet_goes_when_fewer_than_two_of_its_pictures_are_left(tmp_path, deep_dive, make_run):
    runs = [make_run(num_inference_steps=steps) for steps in (10, 25)]
    (sheet,) = write_sheets(tmp_path, deep_dive, runs, tmp_path)
    assert write_sheets(tmp_path, deep_dive, runs[:1], tmp_path) == []
    assert not sheet.exists()


def test_the_newest_of_a_value_is_shown_and_only_what_is_comparable(tmp_path, deep_dive, make_run, dev_model):
    old = make_run(num_inference_steps=10)
    other = make_run(num_inference_steps=50, prompt="A lighthouse")
    real = make_run(num_inference_steps=50, model=dev_model)
    again = make_run(num_inference_steps=10)
    last = make_run(num_inference_steps=25)
    (sheet,) = write_sheets(tmp_path, deep_dive, [old, other, real, again, last], tmp_path)
    assert set(shown(sheet)) == {again.run_id, last.run_id}


def test_samplers_stand_beside_each_other_at_equal_steps_or_at_equal_forwards(tmp_path, deep_dive, make_run):
    def run(sampler, steps):
        return make_run(sweep="samplers", sampler=sampler, num_inference_steps=steps)

    euler, whole, half, preview = run("euler", 28), run("heun", 28), run("heun", 14), run("euler", 8)
    (sheet,) = write_sheets(tmp_path, deep_dive, [preview, euler, whole], tmp_path)
    assert set(shown(sheet)) == {euler.run_id, whole.run_id}
    (sheet,) = write_sheets(tmp_path, deep_dive, [preview, euler, whole, half], tmp_path)
    assert set(shown(sheet)) == {euler.run_id, half.run_id}
