"""Final and refined pictures in the hand-in: listed with what they were made out of, and evidence of nothing else."""

import json
import sqlite3
import tomllib

import pytest

from workshop_tui.generation.record import Rework
from workshop_tui.notebook.store import Notebook
from workshop_tui.profile.build import missing
from workshop_tui.profile.check import check_hand_in
from workshop_tui.profile.gather import gather, update_hand_in
from workshop_tui.profile.hand_in import PROFILE_FILE


@pytest.fixture
def reworked(worked, notebook, make_run):
    """Out of the picture with 10 steps: a final one with 25, and a refined one."""
    source = worked[0]
    made = [
        make_run(num_inference_steps=25, rework=Rework("final", source.run_id)),
        make_run(width=1024, height=1024, rework=Rework("refined", source.run_id, 0.35)),
    ]
    for run in made:
        notebook.add_run(run, b"png")
    return source, *made


def test_they_are_measurements_and_say_of_what(reworked, notebook, deep_dive, learner, now):
    source, final, refined = reworked
    update_hand_in(notebook, deep_dive, learner, now)
    profile = tomllib.loads((learner.hand_in / PROFILE_FILE).read_text())
    entries = {entry["run_id"]: entry for entry in profile["measurements"]}
    keys = ("rework", "source_run_id", "strength")
    assert [entries[final.run_id].get(key) for key in keys] == ["final", source.run_id, None]
    assert [entries[refined.run_id].get(key) for key in keys] == ["refined", source.run_id, 0.35]
    assert not any(key in entries[source.run_id] for key in keys), "a picture of its own says nothing more than before"
    assert profile["good_settings"][0]["value"] == "25"
    assert final.run_id not in profile["good_settings"][0]["runs"]
    assert check_hand_in(learner.hand_in).errors == 0


def test_they_make_no_sweep_complete(notebook, deep_dive, make_run, learner):
    source = make_run(num_inference_steps=10)
    for run in (source, make_run(num_inference_steps=25, rework=Rework("final", source.run_id))):
        notebook.add_run(run)
    todo = missing(gather(notebook, deep_dive, learner.name))
    assert "Exercise 1, Steps: 2 of 3 pictures to make." in todo


def test_a_source_that_is_no_run_is_found(reworked, notebook, deep_dive, learner, now):
    source, *_ = reworked
    update_hand_in(notebook, deep_dive, learner, now)
    file = learner.hand_in / PROFILE_FILE
    text = file.read_text()
    file.write_text(text.replace(f'source_run_id = "{source.run_id}"', 'source_run_id = "my best one"', 1))
    [finding] = check_hand_in(file).findings
    assert finding.where.endswith(".source_run_id")
    assert "this is no run id" in finding.message
    file.write_text(text.replace('rework = "final"', 'rework = "better"', 1))
    assert any("rework" in finding.where for finding in check_hand_in(file).findings)


def test_a_notebook_from_before_knows_no_rework_and_opens(worked, notebook, learner):
    notebook.close()
    with sqlite3.connect(learner.notebook) as database:
        for run_id, record in database.execute("SELECT run_id, record FROM runs").fetchall():
            old = {key: value for key, value in json.loads(record).items() if key != "rework"}
            database.execute("UPDATE runs SET record = ? WHERE run_id = ?", (json.dumps(old), run_id))
    database.close()
    again = Notebook(learner.notebook, learner.pictures)
    assert {run.run_id for run in again.runs()} == {run.run_id for run in worked}
    assert all(run.rework is None for run in again.runs())
    again.close()
