"""`sweep` as a person types it: processes of their own, a real worker, the small model."""

import csv
import json
import shutil
import signal
import time
from pathlib import Path

from PIL import Image

from tests.cli.programs import SMALL, run, start
from workshop_tui.generation import table
from workshop_tui.generation.contact_sheet import RUNS_KEY
from workshop_tui.notebook.store import Notebook


def rows_of(out):
    with (out / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_repeats_go_round_after_round_and_are_compared(folder, tmp_path):
    run(folder, "worker", "stop")  # the model has to be loaded: by a warm-up
    arguments = ["sweep", "repeated", *SMALL, "--vary", "steps=30,2,3", "--repeats", "3", "--out", str(tmp_path)]
    done = run(folder, *arguments, "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["forwards"] == 105
    assert told["warm_up"]["seconds_load"] > 0
    assert told["warm_up"]["num_inference_steps"] == 2
    runs = told["runs"]
    assert [(cell["num_inference_steps"], cell["repeat"]) for cell in runs] == [
        (steps, repeat) for steps in (30, 2, 3) for repeat in (1, 2, 3)
    ]
    assert all(cell["seconds_load"] == cell["seconds_encode"] == 0 for cell in runs)
    made = [cell["num_inference_steps"] for cell in sorted(runs, key=lambda cell: cell["started"])]
    assert made == [2, 3, 30] * 3
    assert {cell["picture"] for cell in runs} == {"001-steps-30.png", "002-steps-2.png", "003-steps-3.png"}
    assert len(Image.open(told["sheet"]).info[RUNS_KEY].split()) == 3
    first = told["summary"]["cells"][0]
    assert (first["values"], first["making_seconds"]["n"], first["different_pictures"]) == ({"steps": "30"}, 3, 1)
    assert first["making_seconds"]["low"] <= first["making_seconds"]["median"] <= first["making_seconds"]["high"]
    assert told["summary"]["neighbours"][0]["verdict"] == "faster"
    assert [row["repeat"] for row in rows_of(tmp_path)] == ["1", "2", "3"] * 3

    arguments = ["sweep", "repeated", *SMALL, "--vary", "steps=3,2", "--repeats", "3", "--out", str(tmp_path / "again")]
    done = run(folder, *arguments)
    said = done.stdout.splitlines()
    assert "warm-up, not counted" not in done.stdout, "the model and the prompt are there already"
    assert said[0].startswith("1/3 002-steps-2.png ")
    assert said[6].split() == ["seconds", "to", "make", "n", "median", "range"]
    assert said[7].split()[:3] == ["steps", "3", "3"]
    assert said[9].startswith("steps 3 and 2: ")
    assert " by your own runs, without loading; a warm-up comes on top where one is needed." in done.stderr


def test_ctrl_c_in_the_warm_up_says_how_little_was_made(folder, tmp_path):
    out = tmp_path / "out"
    arguments = ["sweep", "a long warm-up", "--size", "1024x1024", "--vary", "steps=90,91", "--repeats", "2"]
    process = start(folder, *arguments, "--out", str(out))
    deadline = time.monotonic() + 60
    while json.loads(run(folder, "worker", "status", "--json").stdout).get("waiting") != 1:
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    said, err = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")
    assert err.splitlines()[-1] == "workshop-tui: Stopped; 0 of 4 made."
    assert not out.exists()


def test_the_cheapest_are_made_first_and_what_was_made_is_not_made_again(folder, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    done = run(folder, "sweep", "in order", *SMALL, "--vary", "size=192x192,128x128", "--vary", "steps=4,2", "--out", str(first))  # fmt: skip  # noqa: E501
    made = [line.split()[0] for line in done.stdout.splitlines()[:4]]
    assert [name[:3] for name in made] == ["004", "003", "002", "001"]
    assert [(row["width"], row["num_inference_steps"]) for row in rows_of(first)] == [
        ("192", "4"),
        ("192", "2"),
        ("128", "4"),
        ("128", "2"),
    ]
    done = run(folder, "sweep", "in order", *SMALL, "--vary", "steps=2..4", "--skip-made", "--out", str(again))
    assert done.returncode == 0
    assert done.stderr.startswith("1 picture (2 more are in your notebook), 3 forwards (NFE): ")
    assert done.stdout.count(", from your notebook") == 2
    rows = rows_of(again)
    assert [(row["num_inference_steps"], row["from_notebook"]) for row in rows] == [
        ("2", "true"),
        ("3", "false"),
        ("4", "true"),
    ]
    assert rows[0]["seconds_denoise"] == rows_of(first)[3]["seconds_denoise"]
    assert (again / "001-steps-2.png").read_bytes() == (first / "004-size-128x128-steps-2.png").read_bytes()

    listed = json.loads(run(folder, "runs", "list", "--json").stdout)["runs"]
    [lost] = [each for each in listed if each["prompt"] == "in order" and each["num_inference_steps"] == 3]
    Path(lost["picture"]).unlink()
    done = run(folder, "sweep", "in order", *SMALL, "--vary", "steps=2..4", "--skip-made", "--out", str(again), "--force", "--json")  # fmt: skip  # noqa: E501
    assert [cell["from_notebook"] for cell in json.loads(done.stdout)["runs"]] == [True, False, True]
    done = run(folder, "sweep", "in order", *SMALL, "--vary", "steps=2..4", "--skip-made", "--out", str(again), "--force", "--json")  # fmt: skip  # noqa: E501
    told = json.loads(done.stdout)
    assert done.stderr == "Nothing to make: your notebook has all 3.\n"
    assert (told["forwards"], told["predicted_seconds"], len(told["runs"])) == (0, 0, 3)


def test_what_loads_the_model_anew_is_repeated_by_itself_so_that_runs_are_left_that_count(folder, tmp_path):
    done = run(
        folder, "sweep", "in rounds", *SMALL, "--steps", "2", "--vary", "precision=fp32,bf16", "--repeats", "3",
        "--out", str(tmp_path / "out"), "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    runs = sorted(told["runs"], key=lambda each: each["started"])
    assert [each["precision"] for each in runs] == ["fp32"] * 3 + ["bf16"] * 3
    assert [each["seconds_load"] > 0 for each in runs] == [False, False, False, True, False, False]


def test_a_cell_that_fails_in_the_middle_ends_no_sweep(folder, small_flux, tmp_path):
    model = shutil.copytree(small_flux, tmp_path / "model")  # its size unit is not known before it is loaded
    out = tmp_path / "out"
    arguments = ["--vary", "size=128x128,144x144,192x192", "--steps", "2", "--device", "cpu", "--model", str(model)]
    done = run(folder, "sweep", "x", *arguments, "--out", str(out))
    assert done.returncode == 2
    assert [row["outcome"] for row in rows_of(out)] == ["ok", "refused", "ok"]
    first, second, last = done.stderr.splitlines()
    assert first == "3 pictures, 6 forwards (NFE): time known after the first."
    assert second.startswith("The other 2: ")
    assert last == "1 of 3 pictures were not made: 1 refused."


def test_a_sweep_writes_its_pictures_and_a_table(folder, tmp_path):
    out = tmp_path / "new" / "sweep"
    done = run(folder, "sweep", "=a, \"b\"", *SMALL, "--vary", "steps=2,3", "--out", str(out), "--json")  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.startswith("2 pictures, 5 forwards (NFE): ")
    with (out / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == table.SWEEP_COLUMNS
    assert [(row["num_inference_steps"], row["outcome"], row["picture"]) for row in rows] == [
        ("2", "ok", "001-steps-2.png"),
        ("3", "ok", "002-steps-3.png"),
    ]
    assert all(Image.open(out / row["picture"]).size == (128, 128) for row in rows)
    told = json.loads(done.stdout)
    assert (told["vary"], told["forwards"]) == ({"steps": ["2", "3"]}, 5)
    assert (told["warm_up"], told["summary"]) == (None, None)
    assert [cell["picture"] for cell in told["runs"]] == ["001-steps-2.png", "002-steps-3.png"]
    assert Image.open(told["sheet"]).info[RUNS_KEY].split() == [cell["run_id"] for cell in told["runs"]]
    assert told["sheet"] == str(out / "sheet.png")
    assert rows[0]["prompt"] == '\'=a, "b"'
    assert told["runs"][0]["prompt"] == '=a, "b"'


def test_ctrl_c_ends_a_sweep_with_a_whole_table_and_an_idle_worker(folder, tmp_path):
    out = tmp_path / "sweep"
    arguments = ["sweep", "a lighthouse", "--device", "cpu", "--size", "256x256", "--vary", "steps=2,3,90,91"]
    process = start(folder, *arguments, "--out", str(out))
    deadline = time.monotonic() + 60
    while not (out / "002-steps-3.png").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "workshop-tui: Stopped; 2 of 4 made."
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
    deadline = time.monotonic() + 60  # the rest is cancelled; the command does not wait until the worker has done so
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


def test_very_many_pictures_are_asked_about(folder, tmp_path):
    out = tmp_path / "out"
    done = run(folder, "sweep", "x", *SMALL, "--vary", "steps=1..100", "--vary", "guidance=1..20", "--out", str(out))
    assert (done.returncode, done.stdout) == (2, "")
    assert "2,000 pictures" in done.stderr
    assert "Give --yes" in done.stderr
    assert not out.exists()


def test_with_what_is_made_skipped_nothing_is_written_before_the_answer(home, mine, make_run, tmp_path):
    notebook = Notebook(mine.notebook, mine.pictures)
    notebook.add_run(make_run(prompt="x", num_inference_steps=2), b"a picture")
    [known] = notebook.runs()
    notebook.close()
    assert known.picture
    out = tmp_path / "out"
    same = ["--size", "512x512", "--seed", "42", "--vary", "steps=1..100", "--vary", "guidance=3.5,4"]
    done = run(home, "sweep", "x", *same, "--skip-made", "--out", str(out))
    assert (done.returncode, done.stdout) == (2, "")
    assert "199 pictures (1 more are in your notebook)" in done.stderr
    assert "Give --yes" in done.stderr
    assert not out.exists()


def test_samplers_at_equal_forwards_have_steps_of_their_own(folder, tmp_path):
    arguments = [*SMALL, "--steps", "5", "--vary", "sampler=euler,heun", "--equal-forwards", "--out", str(tmp_path)]
    told = json.loads(run(folder, "sweep", "a king", *arguments, "--json").stdout)
    assert [(each["sampler"], each["num_inference_steps"]) for each in told["runs"]] == [("euler", 5), ("heun", 3)]
    assert told["forwards"] == 10
    wrong = run(folder, "sweep", "a king", *SMALL, "--vary", "steps=1,2", "--equal-forwards", "--out", str(tmp_path))
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "--equal-forwards: it is for samplers" in wrong.stderr
