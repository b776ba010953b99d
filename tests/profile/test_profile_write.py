import os
import stat
import tomllib
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.lesson.exercise import Field
from workshop_tui.notebook.entries import Check, Observation
from workshop_tui.profile import gather as gather_module
from workshop_tui.profile.build import missing
from workshop_tui.profile.check import check_hand_in
from workshop_tui.profile.gather import HARDWARE_KEY, gather, gather_all, update_hand_in, write_found
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE, SCHEMA, Checklist, Entry, LessonRef
from workshop_tui.profile.write import as_dict

FILES = (PROFILE_FILE, CHECKLIST_FILE)


def read(folder, name=PROFILE_FILE):
    return tomllib.loads((folder / name).read_text())


@pytest.fixture
def write(notebook, deep_dive, learner, now):
    """Write the hand-in, some minutes later each time."""
    times = iter(range(100))

    def once():
        found = gather_all(notebook, deep_dive, learner)
        return write_found(learner.hand_in, found, now + timedelta(minutes=next(times)))

    return once


def test_the_profile_holds_what_was_seen_and_measured(hand_in, worked, deep_dive):
    profile = read(hand_in)
    assert (profile["schema"], profile["kind"], profile["learner"]) == (SCHEMA, "optimization-profile", "ada")
    assert profile["lesson"] == {"id": deep_dive.id, "title": deep_dive.title, "sha256": deep_dive.sha256}
    assert profile["missing"] == []
    assert profile["improvements"] == ["area 1", "area 2", "area 3"]
    assert profile["practice"] is True
    assert profile["hardware"]["gpus"] == [{"name": "NVIDIA H100 80GB HBM3", "vram_mib": 81559}]
    assert profile["software"]["torch"] == "2.13.0"
    assert {
        "exercise": "parameters",
        "part": "steps",
        "field": "differences",
        "asked": "Notable differences",
        "answer": "Finer ruff,\nsame hands.",
    } in profile["observations"]
    [run] = [run for run in profile["measurements"] if run["run_id"] == worked[1].run_id]
    assert (run["num_inference_steps"], run["seconds"], run["peak_memory_mib"]) == (25, 2.95, 812.3)


def test_a_good_setting_cites_the_pictures_that_show_it(notebook, deep_dive, worked, make_run, write, learner):
    again = make_run(num_inference_steps=25)
    for run in (again, make_run(num_inference_steps=25, outcome="failed"), make_run("", "", num_inference_steps=25)):
        notebook.add_run(run)
    write()
    [good] = read(learner.hand_in)["good_settings"]
    assert good == {
        "exercise": "parameters",
        "sweep": "steps",
        "setting": "steps",
        "value": "25",
        "runs": [worked[1].run_id, again.run_id],
    }


def test_the_checklist_holds_each_problem_with_state_note_and_evidence(hand_in, worked, deep_dive):
    checklist = read(hand_in, CHECKLIST_FILE)
    assert [entry["id"] for entry in checklist["problems"]] == [problem.id for problem in deep_dive.data.problems]
    assert {entry["level"] for entry in checklist["problems"]} == {"common", "advanced"}
    first = checklist["problems"][0]
    assert (first["state"], first["note"], first["run_id"]) == ("solved", "tried it", worked[0].run_id)
    assert first["symptoms"] == "Blurry, low detail, artifacts"
    assert "Increase steps (try 35-45)" in first["solutions"]


def test_a_run_that_only_the_checklist_cites_stands_among_the_measurements(
    notebook, deep_dive, make_run, write, learner
):
    cited, other = make_run("", "", lesson=""), make_run("", "", lesson="")
    for run in (cited, other):
        notebook.add_run(run)
    notebook.set_check(deep_dive.id, Check("slow", "solved", run_id=cited.run_id))
    write()
    assert [run["run_id"] for run in read(learner.hand_in)["measurements"]] == [cited.run_id]


def test_what_is_missing_shrinks_as_work_is_done(notebook, deep_dive, make_run, hardware, write, learner):
    def missing():
        write()
        return read(learner.hand_in)["missing"]

    before = missing()
    assert before[0].startswith("Hardware: not looked at")
    assert "Exercise 1, Steps: 3 of 3 pictures to make." in before
    assert "Checklist: 7 of 7 problems are open." in before
    notebook.keep(HARDWARE_KEY, hardware)
    assert missing() == before[1:]
    notebook.add_run(make_run())
    assert "Exercise 1, Steps: 2 of 3 pictures to make." in missing()
    notebook.add_run(make_run(num_inference_steps=25, outcome="failed"))
    assert "Exercise 1, Steps: 2 of 3 pictures to make." in missing()
    for steps in (25, 50):
        notebook.add_run(make_run(num_inference_steps=steps))
    assert "Exercise 3, Consistency Needs: 4 of 4 pictures to make." in missing()
    assert not any("Steps" in sentence and "pictures" in sentence for sentence in missing())
    notebook.observe(deep_dive.id, Observation("parameters", "steps", "quality", "4"))
    assert "Exercise 1, Steps: to write: Notable differences." in missing()
    notebook.set_check(deep_dive.id, Check("slow", "tried"))
    notebook.set_improvement(deep_dive.id, 1, "seeds")
    after = missing()
    assert "Checklist: 6 of 7 problems are open." in after
    assert "Areas for improvement: 1 of 3 written." in after


def test_it_is_practice_until_a_real_model_made_a_picture(notebook, make_run, dev_model, write, learner):
    notebook.add_run(make_run())
    write()
    assert read(learner.hand_in)["practice"] is True
    notebook.add_run(make_run(model=dev_model))
    write()
    profile = read(learner.hand_in)
    assert profile["practice"] is False
    assert [model["name"] for model in profile["models"]] == ["small-flux (built in)", "black-forest-labs/FLUX.1-dev"]


def test_the_hardware_is_looked_at_once_and_kept(notebook, deep_dive, learner, now, hardware, monkeypatch):
    looked = []

    def look(folder):
        looked.append(folder)
        return hardware

    monkeypatch.setattr(gather_module, "look_at_hardware", look)
    for _ in range(2):
        update_hand_in(notebook, deep_dive, learner, now)
    assert looked == [learner.root]
    assert read(learner.hand_in)["hardware"]["cpu"] == "AMD EPYC"


# Files


def test_files_are_for_all_to_read(hand_in):
    for name in FILES:
        assert stat.S_IMODE((hand_in / name).stat().st_mode) == 0o644
    assert sorted(entry.name for entry in hand_in.iterdir()) == sorted(FILES)


def test_what_did_not_change_is_not_written_again(hand_in, worked, notebook, deep_dive, write):
    before = {name: (hand_in / name).stat() for name in FILES}
    for _ in range(2):
        assert write() == []
    for name in FILES:
        assert (hand_in / name).stat().st_ino == before[name].st_ino
        assert (hand_in / name).stat().st_mtime_ns == before[name].st_mtime_ns
    notebook.set_check(deep_dive.id, Check("slow", "tried"))
    write()
    assert (hand_in / PROFILE_FILE).stat().st_ino == before[PROFILE_FILE].st_ino
    assert (hand_in / CHECKLIST_FILE).stat().st_ino != before[CHECKLIST_FILE].st_ino


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_a_newer_schema_is_never_overwritten(hand_in, write, name):
    text = (hand_in / name).read_text().replace("schema = 1", "schema = 2\nnew_key = 1")
    (hand_in / name).write_text(text)
    with pytest.raises(UserError, match="has schema 2; this program knows 1") as caught:
        write()
    assert "Update workshop-tui" in caught.value.hint
    assert (hand_in / name).read_text() == text


@pytest.mark.parametrize("content", [b"schema = ", b"\xff\xfe", b"a = " + b"9" * 5000, b"a = " + b"[" * 100_000])
def test_an_unreadable_file_is_moved_aside_with_a_message(hand_in, write, content):
    good = (hand_in / PROFILE_FILE).read_bytes()
    for number in (1, 2):
        (hand_in / PROFILE_FILE).write_bytes(content)
        [notice] = write()
        aside = hand_in / f"optimization-profile.unreadable-{number}.toml"
        assert notice == f"{PROFILE_FILE} could not be read and was moved to {aside}; a new one was written."
        assert aside.read_bytes() == content
        assert read(hand_in)["observations"] == tomllib.loads(good.decode())["observations"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(hand_in, write):
    before = (hand_in / PROFILE_FILE).read_bytes()
    os.chown(hand_in, 12345, -1)
    with pytest.raises(UserError, match="belongs to user id 12345") as caught:
        write()
    assert "--profiles DIR" in caught.value.hint
    assert (hand_in / PROFILE_FILE).read_bytes() == before


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(hand_in, write, notebook, deep_dive):
    notebook.set_check(deep_dive.id, Check("slow", "tried"))
    hand_in.chmod(0o500)
    with pytest.raises(WorkshopError, match="Cannot write"):
        write()
    hand_in.chmod(0o700)


def test_a_file_in_place_of_the_folder_is_told(learner, write):
    learner.hand_in.parent.mkdir(parents=True)
    learner.hand_in.write_text("")
    with pytest.raises(WorkshopError, match="Cannot write"):
        write()


def test_a_folder_in_place_of_a_file_is_told(learner, write):
    (learner.hand_in / PROFILE_FILE).mkdir(parents=True)
    with pytest.raises(WorkshopError, match="Cannot write"):
        write()


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n\t\"'\\\x00\x1b\x7f"), max_size=40))
def test_every_text_reads_back(text):
    import tomli_w

    entry = Entry("slow", text, "common", "tried", text, "", text, (text, text), text)
    checklist = Checklist(1, "troubleshooting-checklist", "now", "0", text, LessonRef(text, text, text), (entry,))
    content = as_dict(checklist)
    assert tomllib.loads(tomli_w.dumps(content, multiline_strings=True)) == content
    assert content["problems"][0]["note"] == text.replace("\r\n", "\n")


def test_notes_on_sections_go_into_the_profile(worked, notebook, deep_dive, learner, now):
    notebook.set_note(deep_dive.id, "part-2", "28 is diffusers' default.\n[red]Ask[/red] about CFG.")
    notebook.set_note(deep_dive.id, "recap", "homework: 10 steps")
    update_hand_in(notebook, deep_dive, learner, now)
    profile = tomllib.loads((learner.hand_in / PROFILE_FILE).read_text())
    assert profile["notes"] == {
        "recap": "homework: 10 steps",
        "part-2": "28 is diffusers' default.\n[red]Ask[/red] about CFG.",
    }
    assert check_hand_in(learner.hand_in).findings == ()


def test_only_the_values_that_the_lesson_asks_for_are_counted(notebook, deep_dive, make_run, learner):
    for steps in (10, 12, 40):
        notebook.add_run(make_run(num_inference_steps=steps))
    told = missing(gather(notebook, deep_dive, learner.name))
    assert any("Steps: 2 of 3 pictures to make." in sentence for sentence in told)


def test_what_the_program_fills_in_is_not_missing(notebook, deep_dive, worked, learner):
    exercise = deep_dive.exercise("parameters")
    auto = Field("time", "Time", "auto", required=True, measure="seconds")
    changed = msgspec.structs.replace(exercise, observations=(*exercise.observations, auto))
    exercises = tuple(changed if each is exercise else each for each in deep_dive.exercises)
    lesson = msgspec.structs.replace(deep_dive, data=msgspec.structs.replace(deep_dive.data, exercises=exercises))
    assert missing(gather(notebook, lesson, learner.name)) == []
