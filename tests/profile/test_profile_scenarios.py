"""What a hand-in says of scenarios, from pictures that are really measured."""

import io

import msgspec
import pytest
from PIL import Image, ImageFilter

from workshop_tui.exercises.registry import find_part
from workshop_tui.exercises.sweeps import lesson_setup
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.record import Placing
from workshop_tui.profile.build import build_profile
from workshop_tui.profile.check import check_hand_in, read_profile
from workshop_tui.profile.evidence import evidence
from workshop_tui.profile.gather import gather_all, update_hand_in
from workshop_tui.profile.hand_in import PROFILE_FILE
from workshop_tui.profile.package import write_package


@pytest.fixture
def add(notebook, deep_dive, make_run):
    """Put a run of the scenario Quality and its picture into the notebook; the run is returned."""
    part = find_part(deep_dive, "troubleshooting", "quality")

    def put(blur, **changes):
        settings = msgspec.structs.replace(lesson_setup(part, BUILT_IN).settings, **changes)
        run = msgspec.structs.replace(make_run("troubleshooting", "quality"), settings=settings)
        file = io.BytesIO()
        noise = Image.effect_noise((64, 64), 90).convert("RGB")
        noise.filter(ImageFilter.GaussianBlur(blur)).save(file, "PNG")
        return notebook.add_run(run, file.getvalue())

    return put


def test_a_scenario_nobody_tried_is_not_in_the_hand_in(notebook, deep_dive, learner, now):
    assert build_profile(gather_all(notebook, deep_dive, learner), now).scenarios == ()


def test_a_scenario_is_told_with_its_facts_and_the_runs_that_show_them(notebook, deep_dive, learner, now, add):
    start, same = add(3), add(3, num_inference_steps=10)
    (entry,) = build_profile(gather_all(notebook, deep_dive, learner), now).scenarios
    assert (entry.part, entry.solved, entry.start, entry.runs) == ("quality", False, (start.run_id,), (same.run_id,))
    better = add(0, num_inference_steps=28)
    (entry,) = build_profile(gather_all(notebook, deep_dive, learner), now).scenarios
    assert (entry.solved, entry.runs) == (True, (better.run_id,))
    sharp = next(fact for fact in entry.facts if fact.measure == "sharpness")
    assert float(sharp.reached) > 1.2 * float(sharp.start)
    assert sharp.wanted.startswith("at least ")


def test_files_and_report_carry_scenarios_and_the_check_knows_its_runs(notebook, deep_dive, learner, now, add):
    add(3)
    add(0, num_inference_steps=28)
    update_hand_in(notebook, deep_dive, learner, now)
    profile = read_profile(learner.hand_in / PROFILE_FILE)
    assert profile.scenarios[0].solved
    write_package(learner.hand_in, notebook, deep_dive, learner, now)
    report = (learner.hand_in / "report.md").read_text()
    assert "### Quality Issues: solved" in report
    assert "| sharpness |" in report
    file = learner.hand_in / PROFILE_FILE
    head, scenarios = file.read_text().split("[[scenarios]]", 1)
    file.write_text(head + "[[scenarios]]" + scenarios.replace(profile.scenarios[0].runs[0], "0" * 32, 1))
    (finding,) = [each for each in check_hand_in(learner.hand_in).findings if "scenarios" in each.where]
    assert (finding.where, finding.message) == ("scenarios[0].runs", "no measurement has this id.")


def test_without_its_start_a_scenario_is_told_and_not_solved(notebook, deep_dive, learner, now, add):
    other = add(0, num_inference_steps=28)
    (entry,) = build_profile(gather_all(notebook, deep_dive, learner), now).scenarios
    assert (entry.start, entry.runs, entry.solved) == ((), (other.run_id,), False)


def test_what_was_made_before_the_start_does_not_solve_it(notebook, deep_dive, learner, now, add):
    add(0, num_inference_steps=28)
    add(3)
    (entry,) = build_profile(gather_all(notebook, deep_dive, learner), now).scenarios
    assert (entry.runs, entry.solved) == ((), False)


def test_a_start_whose_model_found_no_memory_is_the_start(notebook, deep_dive, learner, now, make_run, dev_model):
    part = find_part(deep_dive, "troubleshooting", "low-vram")
    start = lesson_setup(part, dev_model.name).settings

    def put(settings, **changes):
        placing = Placing("cuda", "H200", "bfloat16", "gpu", cap_gib=6.0)
        run = make_run("troubleshooting", "low-vram", placing=placing, **changes)
        return notebook.add_run(msgspec.structs.replace(run, settings=settings), b"png" * (run.outcome == "ok"))

    failed = put(start, model=None, outcome="out-of-memory", reason="12 GiB are needed")
    put(msgspec.structs.replace(start, width=512, height=512, placement="group-offload"), model=dev_model)
    (entry,) = build_profile(gather_all(notebook, deep_dive, learner), now).scenarios
    assert (entry.start, entry.solved) == ((failed.run_id,), False)
    assert next(fact for fact in entry.facts if fact.measure == "size").reached == "512x512"


def test_a_start_that_the_model_cannot_make_takes_no_other_part_out_of_the_hand_in(
    notebook, deep_dive, learner, now, add, make_run
):
    add(3)
    notebook.add_run(make_run("troubleshooting", "consistency"), b"png")
    exercise = deep_dive.exercise("troubleshooting")
    scenarios = [
        msgspec.structs.replace(each, start={"size": "1360x768"}) if each.id == "consistency" else each
        for each in exercise.scenarios
    ]
    changed = msgspec.structs.replace(exercise, scenarios=tuple(scenarios))
    exercises = tuple(changed if each is exercise else each for each in deep_dive.exercises)
    lesson = msgspec.structs.replace(deep_dive, data=msgspec.structs.replace(deep_dive.data, exercises=exercises))
    profile = build_profile(gather_all(notebook, lesson, learner), now)
    assert [entry.part for entry in profile.scenarios] == ["quality"]


def test_what_starts_and_what_solves_a_scenario_is_evidence(notebook, deep_dive, add):
    start, worse, better = add(3), add(3, num_inference_steps=10), add(0, num_inference_steps=28)
    found = evidence(notebook, {deep_dive.id: deep_dive})
    assert found == {
        start.run_id: ["start of scenario troubleshooting quality"],
        better.run_id: ["solves scenario troubleshooting quality"],
    }
    assert worse.run_id not in found
