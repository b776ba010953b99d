"""`generate` and `sweep` as a person types them: processes of their own, a real worker, the small model."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from workshop_tui.cli import main
from workshop_tui.generation import table
from workshop_tui.generation.contact_sheet import RUNS_KEY
from workshop_tui.paths import find_paths

SMALL = ["--size", "128x128", "--seed", "42", "--device", "cpu"]


@pytest.fixture(scope="module")
def folder(model_cache, tmp_path_factory):
    """A home whose cache holds the model already."""
    found = tmp_path_factory.mktemp("home")
    (found / "cache").symlink_to(model_cache)
    yield found
    run(found, "worker", "stop", "--drop")


def environment(folder):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WORKSHOP_TUI_")}
    return kept | {"WORKSHOP_TUI_HOME": str(folder), "WORKSHOP_TUI_LEARNER": "ada"}


def run(folder, *arguments):
    command = [sys.executable, "-m", "workshop_tui", *arguments]
    return subprocess.run(command, env=environment(folder), capture_output=True, text=True, timeout=120)


def test_the_same_request_gives_the_same_pixels(folder, tmp_path):
    found = []
    for name in ("p.png", "q.png"):
        done = run(folder, "generate", "a lighthouse", *SMALL, "--steps", "3", "--out", str(tmp_path / name), "--json")
        assert (done.returncode, done.stderr) == (0, "")
        found.append(json.loads(done.stdout))
    first, second = found
    assert first["pixels_sha256"] == second["pixels_sha256"] != ""
    assert first["run_id"] != second["run_id"]
    assert Image.open(tmp_path / "p.png").tobytes() == Image.open(tmp_path / "q.png").tobytes()
    assert first["picture"] == str(tmp_path / "p.png")
    assert (first["outcome"], first["forwards"], len(first["step_seconds"])) == ("ok", 3, 3)
    assert first["model"]["practice"]
    assert second["seconds_load"] == 0


def test_without_json_it_says_what_was_made_and_where(folder):
    done = run(folder, "generate", "a lighthouse", *SMALL, "--steps", "2")
    assert (done.returncode, done.stderr) == (0, "")
    told, where = done.stdout.splitlines()
    assert told.startswith("128x128, 2 steps, guidance 3.5, seed 42, euler: ")
    assert Path(where).is_file()


def test_a_sweep_writes_its_pictures_and_a_table(folder, tmp_path):
    out = tmp_path / "new" / "sweep"
    done = run(folder, "sweep", "=a, \"b\"", *SMALL, "--vary", "steps=2,3", "--out", str(out), "--json")  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    with (out / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == table.COLUMNS
    assert [(row["num_inference_steps"], row["outcome"], row["picture"]) for row in rows] == [
        ("2", "ok", "001-steps-2.png"),
        ("3", "ok", "002-steps-3.png"),
    ]
    assert all(Image.open(out / row["picture"]).size == (128, 128) for row in rows)
    told = json.loads(done.stdout)
    assert told["vary"] == {"steps": ["2", "3"]} or told["vary"] == {"steps": [2, 3]}
    assert [cell["picture"] for cell in told["runs"]] == ["001-steps-2.png", "002-steps-3.png"]
    assert Image.open(told["sheet"]).info[RUNS_KEY].split() == [cell["run_id"] for cell in told["runs"]]
    assert told["sheet"] == str(out / "sheet.png")
    assert rows[0]["prompt"] == '\'=a, "b"'
    assert told["runs"][0]["prompt"] == '=a, "b"'


def test_ctrl_c_ends_a_sweep_with_a_whole_table_and_an_idle_worker(folder, tmp_path):
    out = tmp_path / "sweep"
    arguments = ["sweep", "a lighthouse", "--device", "cpu", "--size", "256x256", "--vary", "steps=2,3,90,91"]
    process = subprocess.Popen(
        [sys.executable, "-m", "workshop_tui", *arguments, "--out", str(out)],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (out / "002-steps-3.png").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    said, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert time.monotonic() - began < 5
    assert err.splitlines() == ["workshop-tui: Stopped; 2 of 4 made."]
    assert said.splitlines()[-2:] == [str(out / "results.csv"), str(out / "sheet.png")]
    assert len(Image.open(out / "sheet.png").info[RUNS_KEY].split()) == 2
    with (out / "results.csv").open(newline="") as file:
        assert [row["outcome"] for row in csv.DictReader(file)].count("ok") == 2
    state = json.loads(run(folder, "worker", "status", "--json").stdout)
    assert (state["activity"], state["waiting"], state["unfetched"]) == ("idle", 0, 0)


def test_a_results_folder_that_fails_in_mid_sweep_is_said(folder, tmp_path):
    out = tmp_path / "sweep"
    (out / "results.csv").mkdir(parents=True)  # no table can be written there
    done = run(folder, "sweep", "a lighthouse", *SMALL, "--vary", "steps=2,3,4", "--out", str(out))
    assert done.returncode == 1
    assert "results.csv" in done.stderr
    assert "Traceback" not in done.stderr
    deadline = time.monotonic() + 10  # the rest is cancelled; the command does not wait until the worker has done so
    while (waiting := json.loads(run(folder, "worker", "status", "--json").stdout)["waiting"]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.1)
    assert waiting == 0


def test_results_are_replaced_only_when_told(folder, tmp_path):
    arguments = ["sweep", "a lighthouse", *SMALL, "--vary", "steps=2", "--out", str(tmp_path)]
    assert run(folder, *arguments).returncode == 0
    before = (tmp_path / "results.csv").read_text()
    done = run(folder, *arguments, "--seed", "7")
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds a results.csv already" in done.stderr
    assert "--force" in done.stderr
    assert (tmp_path / "results.csv").read_text() == before
    done = run(folder, *arguments, "--seed", "7", "--force")
    assert (done.returncode, done.stdout.splitlines()[1:]) == (0, [str(tmp_path / "results.csv")])
    assert (tmp_path / "results.csv").read_text() != before


def test_a_model_that_is_none_ends_every_cell_and_not_the_sweep(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    done = run(folder, "sweep", "x", *SMALL, "--vary", "steps=2,3", "--out", str(tmp_path), "--model", str(tmp_path / "empty"))  # fmt: skip  # noqa: E501
    with (tmp_path / "results.csv").open(newline="") as file:
        outcomes = [row["outcome"] for row in csv.DictReader(file)]
    assert len(outcomes) == 2
    assert set(outcomes) == {"refused"}
    assert done.returncode == (2 if "refused" in outcomes else 1)
    assert "model_index.json" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


BASE = ["generate", "x", "--size", "128x128"]
SWEEP = ["sweep", "x", "--out", "OUT"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate"], "PROMPT"),
        (["generate", "x", "--frobnicate"], "--frobnicate"),
        (["generate", "   "], "prompt"),
        (["generate", "x" * 10_001], "10001 characters"),
        (["generate", "bell\a"], "U+0007"),
        ([*BASE, "--steps", "0"], "steps: 0 is out of range"),
        ([*BASE, "--steps", "ten"], "--steps"),
        ([*BASE, "--guidance", "nan"], "guidance"),
        ([*BASE, "--seed", "-1"], "seed"),
        ([*BASE, "--seed", "4294967296"], "seed"),
        ([*BASE, "--sampler", "magic"], "magic"),
        (["generate", "x", "--size", "100x100"], "128x128"),
        (["generate", "x", "--size", "huge"], "size"),
        ([*BASE, "--out", "p.jpg"], ".png"),
        ([*BASE, "--out", "missing/folder/p.png"], "no folder"),
        ([*BASE, "--learner", ""], "learner"),
        (["sweep", "x", "--vary", "steps=2"], "--out"),
        (SWEEP, "--vary"),
        ([*SWEEP, "--vary", "steps"], "steps"),
        ([*SWEEP, "--vary", "colour=red"], "colour"),
        ([*SWEEP, "--vary", "steps=2,200"], "200"),
        ([*SWEEP, "--vary", "steps=2,3", "--size", "100x100"], "100"),
        ([*BASE, "--device", "gpu"], "--device: 'gpu' is unknown"),
        ([*BASE, "--model", "nope/none"], "not whole on this machine"),
        ([*SWEEP, "--vary", "steps=2,3", "--model", "nope/none"], "not whole on this machine"),
        (["sweep", "x", "--vary", "steps=2", "--out", "/dev/null"], "--out"),
        (["sweep", "x", "--vary", "steps=2", "--out", "/dev/null/deeper"], "--out"),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(value)[:40],
)
def test_what_cannot_be_done_is_refused_before_anything_starts(home, tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(arguments)
    out, err = capsys.readouterr()
    assert left.value.code == 2
    assert out == ""
    assert said in err
    assert len(err.splitlines()) <= 5
    assert not find_paths().learner().log.exists()


def test_a_shared_engine_is_asked_instead_of_this_machine(home, tmp_path, capsys):
    for arguments in ([*BASE, "--model", "nope/none"], ["sweep", "x", "--vary", "steps=2,3", "--out", str(tmp_path)]):
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--engine", str(tmp_path / "none.sock")])
        err = capsys.readouterr().err
        assert left.value.code == 1
        assert f"The shared engine {tmp_path / 'none.sock'} does not answer" in err
    assert not find_paths().learner().log.exists()


def test_a_defect_is_one_line_and_its_traceback_is_in_the_log(home, monkeypatch, capsys):
    def broken(*arguments, **more):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("workshop_tui.cli.generate.parse_size", broken)
    with pytest.raises(SystemExit) as left:
        main(["generate", "x"])
    err = capsys.readouterr().err
    log = find_paths().log / "workshop-tui.log"
    assert left.value.code == 1
    assert str(log) in err
    assert "Traceback" not in err
    assert "ZeroDivisionError: a defect" in log.read_text()
