from dataclasses import replace

import msgspec
import pytest

from workshop_tui.errors import UserError
from workshop_tui.exercises.answers import checked_answer, choices, in_a_row, same_value
from workshop_tui.exercises.notes import tried
from workshop_tui.exercises.registry import KINDS, all_parts, find_part
from workshop_tui.exercises.rework import mark, rework_cells
from workshop_tui.exercises.sweeps import Cell, Setup, job_for, lesson_setup, made_the_other_way, measured, sweep_cells
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Memory, Origin, Rework
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.lesson.exercise import EXERCISE_KINDS
from workshop_tui.notebook.entries import Observation

HUB = "black-forest-labs/FLUX.1-dev"


@pytest.fixture
def steps(deep_dive):
    return find_part(deep_dive, "parameters", "steps")


def field(part, name):
    return next(field for field in part.asks if field.id == name)


# Parts


def test_every_kind_that_a_lesson_may_name_is_known():
    assert set(KINDS) == EXERCISE_KINDS


def test_the_lesson_is_cut_into_parts(deep_dive):
    assert [(part.exercise.id, part.id) for part in all_parts(deep_dive)] == [
        *(("parameters", name) for name in ("steps", "guidance", "resolution", "samplers")),
        *(("hardware", name) for name in ("largest-size", "fastest", "batch", "profile")),
        *(("troubleshooting", name) for name in ("low-vram", "quality", "speed", "consistency")),
        *(("extremes", name) for name in ("steps", "guidance", "size", "prompt")),
    ]
    scenario = find_part(deep_dive, "troubleshooting", "low-vram")
    assert scenario.goal == "Optimize for 6GB GPU"
    assert scenario.sweep is None
    assert scenario.hints
    assert scenario.scenario.cap_gib == 6


def test_a_part_that_is_not_there_is_named_with_those_that_are(deep_dive):
    with pytest.raises(UserError, match="'parameters' has no part 'stepz'") as caught:
        find_part(deep_dive, "parameters", "stepz")
    assert "steps, guidance" in caught.value.hint
    with pytest.raises(UserError, match="no exercise 'params'"):
        find_part(deep_dive, "params", "steps")


def test_required_fields_are_open_until_they_are_answered(steps):
    assert [field.id for field in steps.unanswered([])] == ["quality", "differences"]
    answers = [
        Observation("parameters", "steps", "quality", "4"),
        Observation("parameters", "guidance", "differences", "of another part"),
    ]
    assert [field.id for field in steps.unanswered(answers)] == ["differences"]
    assert steps.answer("quality", answers) == "4"
    assert steps.answer("differences", answers) == ""


# Sweeps


def test_the_lessons_setup_has_smaller_pictures_for_the_built_in_model(steps):
    assert lesson_setup(steps, BUILT_IN).settings.size == "512x512"
    assert lesson_setup(steps, HUB).settings.size == "1024x1024"
    assert lesson_setup(steps, HUB).values == ("10", "25", "50")
    sized = msgspec.structs.replace(steps.exercise, size="768x768")
    assert lesson_setup(type(steps)(sized, "steps", "Steps", (), steps.sweep), BUILT_IN).settings.size == "768x768"


def test_available_samplers_are_all_there_are(deep_dive):
    assert lesson_setup(find_part(deep_dive, "parameters", "samplers"), BUILT_IN).values == tuple(SAMPLERS)


def test_the_ends_of_all_samplers_are_two_pictures_of_equal_work():
    first, *_, last = SAMPLERS.values()
    assert not first.runs_as
    assert not last.runs_as
    assert first.forwards(25) == last.forwards(25)


def test_cells_show_what_was_made(steps, make_run):
    setup = lesson_setup(steps, BUILT_IN)
    run = make_run(num_inference_steps=25)
    made = sweep_cells(steps, setup, BUILT_IN, [run])
    assert [cell.settings.num_inference_steps for cell in made] == [10, 25, 50]
    assert [cell.run for cell in made] == [None, run, None]
    assert [cell.done for cell in made] == [False, True, False]


def test_the_newest_run_counts(steps, make_run):
    setup = lesson_setup(steps, BUILT_IN)
    old, new = make_run(), make_run()
    assert sweep_cells(steps, setup, BUILT_IN, [old, new])[0].run == new


@pytest.mark.parametrize("outcome", ["cancelled", "failed", "out-of-memory"])
def test_a_run_that_was_stopped_does_not_hide_one_that_was_made(steps, make_run, outcome):
    setup = lesson_setup(steps, BUILT_IN)
    good, stopped = make_run(), make_run(outcome=outcome)
    assert sweep_cells(steps, setup, BUILT_IN, [good, stopped])[0].run == good
    alone = sweep_cells(steps, setup, BUILT_IN, [stopped])[0]
    assert (alone.run, alone.done) == (stopped, False)
    again = sweep_cells(steps, setup, BUILT_IN, [stopped, good])[0]
    assert (again.run, again.done) == (good, True)


def test_of_failures_the_newest_is_shown(steps, make_run):
    older, newer = make_run(outcome="failed"), make_run(outcome="out-of-memory")
    assert sweep_cells(steps, lesson_setup(steps, BUILT_IN), BUILT_IN, [older, newer])[0].run == newer


def test_other_settings_and_other_models_do_not_count(steps, make_run, dev_model):
    setup = lesson_setup(steps, BUILT_IN)
    others = [make_run(seed=43), make_run(prompt="Another"), make_run(model=dev_model)]
    assert [cell.run for cell in sweep_cells(steps, setup, BUILT_IN, others)] == [None, None, None]
    real = Setup(msgspec.structs.replace(setup.settings, width=512, height=512), setup.values)
    assert sweep_cells(steps, real, HUB, others)[0].run == others[2]
    assert sweep_cells(steps, real, HUB, [make_run()])[0].run is None


def test_another_real_model_does_not_count(steps, make_run, dev_model):
    setup = lesson_setup(steps, BUILT_IN)
    run = make_run(model=dev_model)
    assert sweep_cells(steps, setup, "black-forest-labs/FLUX.1-schnell", [run])[0].run is None
    assert sweep_cells(steps, setup, HUB, [run])[0].run == run


def test_a_folder_is_known_by_its_own_name(steps, make_run, dev_model):
    setup = lesson_setup(steps, BUILT_IN)
    run = make_run(model=msgspec.structs.replace(dev_model, name="flux-dev", source="folder"))
    assert sweep_cells(steps, setup, "/models/flux-dev/", [run])[0].run == run
    assert sweep_cells(steps, setup, "/models/flux-schnell", [run])[0].run is None


def test_a_run_whose_model_could_not_be_loaded_is_shown(steps, make_run):
    run = make_run(model=None, outcome="refused", reason="no such model")
    assert sweep_cells(steps, lesson_setup(steps, BUILT_IN), BUILT_IN, [run])[0].run == run


def test_a_value_that_the_model_cannot_run_is_refused(steps):
    setup = lesson_setup(steps, BUILT_IN)
    with pytest.raises(UserError, match="steps: 500 is out of range"):
        sweep_cells(steps, Setup(setup.settings, ("10", "500")), BUILT_IN, [])
    with pytest.raises(UserError, match="10 twice"):
        sweep_cells(steps, Setup(setup.settings, ("10", "10")), BUILT_IN, [])


def test_samplers_are_run_at_equal_steps_or_at_equal_forwards(deep_dive, steps, make_run):
    samplers = find_part(deep_dive, "parameters", "samplers")
    setup = lesson_setup(samplers, BUILT_IN)
    other = made_the_other_way(samplers, setup)
    made = make_run(sweep="samplers", sampler="heun", num_inference_steps=14)
    cells = {cell.settings.sampler: cell for cell in sweep_cells(samplers, other, BUILT_IN, [made])}
    assert {name: cell.settings.forwards for name, cell in cells.items()} == {
        "euler": 28, "ddim": 28, "heun": 27, "unipc": 28, "dpm++": 28,
    }  # fmt: skip
    assert cells["heun"].run == made
    assert made_the_other_way(samplers, other) == setup
    assert {cell.settings.num_inference_steps for cell in sweep_cells(samplers, setup, BUILT_IN, [])} == {28}
    assert made_the_other_way(steps, lesson_setup(steps, BUILT_IN)) is None


def test_a_job_makes_what_is_lacking(steps, make_run):
    made = sweep_cells(
        steps, lesson_setup(steps, BUILT_IN), BUILT_IN, [make_run(), make_run(num_inference_steps=25, outcome="failed")]
    )
    job = job_for("flux-deep-dive", steps, made, BUILT_IN)
    assert [item.settings.num_inference_steps for item in job.items] == [25, 50]
    assert [item.origin for item in job.items] == [Origin("flux-deep-dive", "parameters", "steps", n) for n in (1, 2)]
    assert len({item.run_id for item in job.items} | {job.job_id}) == 3
    again = job_for("flux-deep-dive", steps, made, BUILT_IN, again=True)
    assert [item.settings.num_inference_steps for item in again.items] == [10, 25, 50]


def test_a_sweep_that_is_done_needs_no_job(steps, make_run):
    runs = [make_run(num_inference_steps=number) for number in (10, 25, 50)]
    made = sweep_cells(steps, lesson_setup(steps, BUILT_IN), BUILT_IN, runs)
    with pytest.raises(UserError, match="All pictures of this sweep are there"):
        job_for("flux-deep-dive", steps, made, BUILT_IN)


def test_the_program_fills_in_what_it_measured(steps, make_run):
    runs = [make_run(), make_run(num_inference_steps=25, outcome="failed"), make_run(num_inference_steps=50)]
    made = sweep_cells(steps, lesson_setup(steps, BUILT_IN), BUILT_IN, runs)
    assert measured(field(steps, "time"), made) == "3.0 s, 3.0 s"
    memory = msgspec.structs.replace(field(steps, "time"), measure="peak_memory_mib")
    assert measured(memory, made) == "812 MiB, 812 MiB"
    unmeasured = sweep_cells(steps, lesson_setup(steps, BUILT_IN), BUILT_IN, [make_run(memory=Memory())])
    assert measured(memory, unmeasured) == "n/a"
    assert measured(field(steps, "quality"), made) == ""


# Answers


@pytest.mark.parametrize(
    ("text", "kept"), [("1", "1"), (" 4 ", "4"), ("5/5", "5"), ("", ""), ("  ", ""), ("0", "not rated")]
)
def test_a_rating_goes_from_one_to_five_or_is_none(steps, text, kept):
    assert checked_answer(steps, field(steps, "quality"), text) == kept


@pytest.mark.parametrize("text", ["6", "-1", "4.5", "good", "４", "4/10"])
def test_what_is_no_rating(steps, text):
    with pytest.raises(UserError, match="is no rating") as caught:
        checked_answer(steps, field(steps, "quality"), text)
    assert caught.value.message.startswith("parameters steps quality:")


def test_a_choice_is_one_of_the_sweeps_values(deep_dive, make_run):
    guidance = find_part(deep_dive, "parameters", "guidance")
    optimal = field(guidance, "optimal")
    assert choices(guidance) == ["3", "7", "12"]
    assert checked_answer(guidance, optimal, " 7.0") == "7"
    assert checked_answer(guidance, optimal, "") == ""
    for wrong in ("8", "seven", "nan"):
        with pytest.raises(UserError, match=f"'{wrong}' is none of this sweep's values") as caught:
            checked_answer(guidance, optimal, wrong)
        assert "3, 7, 12" in caught.value.hint
    made = [
        make_run(sweep="guidance", guidance_scale=8.5),
        make_run(sweep="guidance", guidance_scale=9, outcome="failed"),
    ]
    assert choices(guidance, made) == ["3", "7", "12", "8.5"]
    assert checked_answer(guidance, optimal, "8.5", made) == "8.5"


def test_prompts_to_choose_from_are_parted_by_bars(steps):
    kings = ("A king, watercolor", "A queen, watercolor")
    prompts = replace(steps, sweep=msgspec.structs.replace(steps.sweep, vary="prompt", values=kings))
    with pytest.raises(UserError, match="none of this sweep's values") as caught:
        checked_answer(prompts, field(prompts, "optimal"), "A king")
    assert caught.value.hint == "Choose one of: A king, watercolor | A queen, watercolor."
    assert in_a_row(prompts, kings, " or ") == "A king, watercolor | A queen, watercolor"
    assert in_a_row(steps, ["10", "25", "50"], " or ") == "10, 25 or 50"
    assert [in_a_row(steps, values) for values in ([], ["10"], ["10", "25"])] == ["", "10", "10, 25"]


def test_a_choice_of_sizes_may_be_a_ratio(deep_dive):
    resolution = find_part(deep_dive, "parameters", "resolution")
    assert checked_answer(resolution, field(resolution, "optimal"), "1:1") == "1024x1024"
    assert same_value("size", "1:1", "1024X1024")
    assert not same_value("size", "1:1", "huge")


def test_what_the_program_fills_in_is_refused_with_the_reason(steps):
    with pytest.raises(UserError, match="the program fills this in itself: the seconds"):
        checked_answer(steps, field(steps, "time"), "3 s")


def test_a_text_is_kept_as_it_was_written(steps):
    text = "  two\nlines [red]\x1b[31m 🦊 "
    assert checked_answer(steps, field(steps, "differences"), text) == text


# Pictures made out of others


def test_what_was_made_out_of_a_picture_is_no_cell_choice_or_evidence_of_the_sweep(steps, make_run):
    setup = lesson_setup(steps, BUILT_IN)
    preview = make_run(num_inference_steps=10, prompt=setup.settings.prompt)
    final = make_run(num_inference_steps=25, prompt=setup.settings.prompt, rework=Rework("final", preview.run_id))
    cells = sweep_cells(steps, setup, BUILT_IN, [preview, final])
    assert [cell.run for cell in cells] == [preview, None, None], "a final one has the settings of the second cell"
    extra = make_run(num_inference_steps=45, rework=Rework("final", preview.run_id))
    assert "45" not in choices(steps, [preview, extra])
    assert [cell.run for cell in tried([preview, final], [])] == [preview]


def test_they_stand_below_the_cells_and_say_of_which(steps, make_run):
    preview, other = make_run(), make_run()
    final = make_run(rework=Rework("final", other.run_id))
    refined = make_run(rework=Rework("refined", final.run_id, 0.5))
    foreign = make_run(rework=Rework("final", "ab" * 16))
    of_another_model = make_run(
        rework=Rework("final", other.run_id),
        model=msgspec.structs.replace(preview.model, practice=False, source="hub", name=HUB),
    )
    item = Item("cd" * 16, preview.settings, rework=Rework("final", preview.run_id))
    ended = Item(final.run_id, final.settings, rework=final.rework)
    runs = [preview, other, final, refined, foreign, of_another_model]
    rows = [Cell(run.settings, run) for run in (preview, other)]
    rows += rework_cells(BUILT_IN, runs, [item, ended, Item("ef" * 16, preview.settings)])
    assert [mark(row, rows) for row in rows] == [
        "", "", "final of #2", "refined #3", "final of run ababab", "final of #1"
    ]  # fmt: skip
    assert [row.run for row in rows[2:]] == [final, refined, foreign, None]
