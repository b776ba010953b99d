import csv
import io
import json
import tomllib

import pytest
from PIL import Image

from workshop_tui.generation.contact_sheet import RUNS_KEY
from workshop_tui.notebook.store import Notebook
from workshop_tui.profile.export import COLUMNS

FILES = ["optimization-profile.toml", "troubleshooting-checklist.toml"]


@pytest.fixture
def runs(mine, make_run):
    made = [make_run(num_inference_steps=25), make_run("", "", lesson="", outcome="failed", reason="in /home/bob/x\n")]
    notebook = Notebook(mine.notebook, mine.pictures)
    for one in made:
        notebook.add_run(one)
    notebook.close()
    return made


def test_show_writes_nothing_and_fits_80_columns(run, mine, runs):
    code, out, _ = run("profile", "show")
    assert code == 0
    assert "PRACTICE" in out
    assert "Exercise 1, Steps: 2 of 3 pictures to make." in out
    assert all(len(line) <= 80 for line in out.splitlines() if str(mine.hand_in) not in line)
    assert f"{mine.hand_in / FILES[0]} (not written yet)" in out
    assert not mine.hand_in.exists()


def test_show_names_the_evidence_and_shows_text_as_text(run, runs):
    run("observe", "parameters", "steps", "optimal", "25")
    assert f"steps 25 (parameters, steps): run {runs[0].run_id[:12]}, 3.0 s" in " ".join(
        run("profile", "show")[1].split()
    )
    found = json.loads(run("profile", "show", "--json")[1])
    assert found["profile"]["good_settings"][0]["runs"] == [runs[0].run_id]
    assert len(found["checklist"]["problems"]) == 7
    assert run("note", "write", "part-2", "mine", "--learner", "[red]bold[/red]")[0] == 0
    assert "\x1b" not in run("profile", "show", "--learner", "[red]bold[/red]")[1]
    assert "[red]bold[/red]" in run("profile", "show", "--learner", "[red]bold[/red]")[1]


def test_export_writes_both_files_and_all_runs(run, mine, runs, tmp_path):
    for folder, option in ((mine.hand_in, ()), (tmp_path / "new" / "out", ("--out", tmp_path / "new" / "out"))):
        code, out, _ = run("profile", "export", *option)
        assert code == 0
        assert out.splitlines()[:3] == [str(folder / name) for name in (*FILES, "runs.csv")]
        assert tomllib.loads((folder / FILES[0]).read_text())["learner"] == "ada"
        with (folder / "runs.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["run_id"] for row in rows] == [run.run_id for run in runs]
        assert (rows[0]["exercise"], rows[0]["practice"], rows[0]["device"]) == ("parameters", "true", "cpu, float32")
        assert rows[1]["reason"] == "in ~/x\\n"
        assert tuple(rows[0]) == COLUMNS


def test_export_brings_the_sheets_of_this_lesson_up_to_date(run, mine, make_run, tmp_path):
    notebook = Notebook(mine.notebook, mine.pictures)
    png = io.BytesIO()
    Image.new("RGB", (64, 64)).save(png, "PNG")
    made = [notebook.add_run(make_run(num_inference_steps=steps), png.getvalue()) for steps in (10, 25)]
    notebook.add_run(make_run(num_inference_steps=50, lesson="another"), png.getvalue())
    sheet = tmp_path / "sheet-parameters-steps.png"
    for _ in range(2):
        code, out, _ = run("profile", "export", "--out", tmp_path)
        assert code == 0
        assert out.splitlines()[3] == str(sheet)
        assert Image.open(sheet).info[RUNS_KEY].split() == [one.run_id for one in made]
    made.append(notebook.add_run(make_run(num_inference_steps=50), png.getvalue()))
    notebook.close()
    assert json.loads(run("profile", "export", "--out", tmp_path, "--json")[1])["files"][3:] == [
        str(tmp_path / name) for name in (sheet.name, "plot-seconds.png", "report.md", "report.html")
    ]
    assert Image.open(sheet).info[RUNS_KEY].split() == [one.run_id for one in made]


def test_export_goes_where_profiles_says(run, runs, tmp_path):
    code, out, _ = run("profile", "export", "--profiles", tmp_path / "class", "--json")
    assert code == 0
    assert json.loads(out)["files"][0] == str(tmp_path / "class" / "ada" / FILES[0])


def test_a_newer_hand_in_stops_an_export(run, mine, runs):
    run("profile", "export")
    path = mine.hand_in / FILES[0]
    newer = path.read_text().replace("schema = 1", "schema = 2")
    path.write_text(newer)
    code, _, err = run("profile", "export")
    assert code == 2
    assert "has schema 2" in err
    assert path.read_text() == newer


def test_an_unreadable_hand_in_is_moved_aside_and_said(run, mine, runs):
    run("profile", "export")
    (mine.hand_in / FILES[0]).write_text("no = ")
    code, _, err = run("profile", "export")
    assert code == 0
    assert "could not be read and was moved to" in err


def test_check_says_what_is_missing(run, mine, runs):
    run("profile", "export")
    code, out, _ = run("profile", "check", mine.hand_in)
    assert code == 0
    assert f"{mine.hand_in}: in order" in out
    assert "Made with the built-in model: practice." in out
    assert "  - Areas for improvement: 0 of 3 written." in out
    found = json.loads(run("profile", "check", mine.hand_in, "--json")[1])
    assert (found["errors"], found["complete"], found["learner"]) == (0, False, "ada")


def test_check_leaves_with_2_and_never_steers_the_terminal(run, mine, runs):
    run("profile", "export")
    path = mine.hand_in / FILES[0]
    evil = '"\\u001b[2J[red]\\r\\nforged: in order"'
    path.write_text(path.read_text().replace('learner = "ada"', f"learner = {evil}\n{evil} = {evil}"))
    code, out, _ = run("profile", "check", mine.hand_in)
    assert code == 2
    assert "\x1b" not in out
    assert "[red]" in out
    assert not any(line.startswith("forged") for line in out.splitlines())
    found = json.loads(run("profile", "check", path, "--json")[1])
    assert found["errors"] == 1


def test_an_archive_below_a_folder_that_is_not_there_is_refused(run, mine, tmp_path):
    code, out, err = run("profile", "export", "--zip", tmp_path / "gone" / "all.zip")
    assert (code, out) == (2, "")
    assert f"--zip: {tmp_path / 'gone'} is no folder." in err
    assert not mine.hand_in.exists()
    assert not (tmp_path / "gone").exists()


def test_check_of_a_file_that_is_huge_or_not_there(run, mine, tmp_path):
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"# " + b"x" * 5_000_000)
    code, out, _ = run("profile", "check", huge)
    assert code == 2
    assert "more than 2,097,152 bytes" in out
    code, _, err = run("profile", "check", tmp_path / "nowhere")
    assert code == 2
    assert "There is no file or folder" in err


def test_an_area_for_improvement_is_written_and_taken_back(run, mine):
    assert run("profile", "improve", "2", "learn about samplers")[0] == 0
    profile = tomllib.loads((mine.hand_in / FILES[0]).read_text())
    assert profile["improvements"] == ["learn about samplers"]
    assert run("profile", "improve", "2", "")[0] == 0
    assert tomllib.loads((mine.hand_in / FILES[0]).read_text())["improvements"] == []
    code, _, err = run("profile", "improve", "4", "too many")
    assert code == 2
    assert "4 is not in the range" in err
