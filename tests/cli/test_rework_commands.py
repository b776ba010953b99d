"""`promote` and `refine` as a person types them: processes of their own, a real worker, the small model."""

import json
import uuid

import msgspec
import pytest
from PIL import Image

from tests.cli.programs import run
from workshop_tui.cli import main
from workshop_tui.generation.record import ModelInfo
from workshop_tui.notebook.store import Notebook
from workshop_tui.worker.pictures import read_label


@pytest.fixture(scope="module")
def preview(folder):
    done = run(folder, "generate", "a lighthouse", "--size", "128x64", "--seed", "7", "--steps", "4", "--guidance", "4.5", "--device", "cpu", "--json")  # fmt: skip  # noqa: E501
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def made(folder, *arguments):
    done = run(folder, *arguments, "--device", "cpu", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


SAME = ("prompt", "guidance_scale", "seed", "sampler")


def test_promote_makes_the_same_picture_with_more_steps(folder, preview, tmp_path):
    final = made(folder, "promote", preview["run_id"][:8], "--steps", "6", "--out", str(tmp_path / "f.png"))
    assert {key: final[key] for key in (*SAME, "width", "height")} == {key: preview[key] for key in (*SAME, "width", "height")}  # fmt: skip  # noqa: E501
    assert (final["num_inference_steps"], final["forwards"]) == (6, 6)
    assert final["rework"] == {"kind": "final", "source": preview["run_id"], "strength": None}
    plain = run(folder, "generate", "a lighthouse", "--size", "128x64", "--seed", "7", "--steps", "6", "--guidance", "4.5", "--device", "cpu", "--json")  # fmt: skip  # noqa: E501
    assert json.loads(plain.stdout)["pixels_sha256"] == final["pixels_sha256"]
    assert read_label(tmp_path / "f.png").rework.source == preview["run_id"]


def test_promote_takes_the_steps_of_a_preset_and_says_what_it_made(folder, preview):
    assert made(folder, "promote", preview["run_id"], "--preset", "fast-preview")["num_inference_steps"] == 12
    assert run(folder, "preset", "save", "five", "--steps", "5", "--guidance", "9").returncode == 0
    done = run(folder, "promote", preview["run_id"], "--preset", "five", "--device", "cpu")
    assert done.returncode == 0
    assert done.stdout.startswith(f"128x64, 5 steps, guidance 4.5, euler, seed 7, final of run {preview['run_id'][:12]}: ")  # fmt: skip  # noqa: E501


def test_refine_enlarges_and_makes_the_last_steps_again(folder, preview, tmp_path):
    larger = made(
        folder, "refine", preview["run_id"], "--strength", "0.5", "--steps", "8", "--out", str(tmp_path / "r.png")
    )
    assert {key: larger[key] for key in SAME} == {key: preview[key] for key in SAME}
    assert (larger["width"], larger["height"], larger["num_inference_steps"]) == (256, 128, 8)
    assert larger["forwards"] == len(larger["step_seconds"]) == 4
    assert larger["rework"] == {"kind": "refined", "source": preview["run_id"], "strength": 0.5}
    assert larger["seconds_encode"] > 0
    assert Image.open(tmp_path / "r.png").size == (256, 128)
    again = made(folder, "refine", preview["run_id"], "--strength", "0.5", "--steps", "8", "--size", "256x128")
    assert again["pixels_sha256"] == larger["pixels_sha256"]
    third = made(folder, "refine", larger["run_id"], "--scale", "1.5")
    assert (third["width"], third["rework"]["source"]) == (384, larger["run_id"])


def test_a_scale_between_two_sizes_is_rounded_openly(folder, preview):
    done = run(folder, "refine", preview["run_id"], "--scale", "1.6", "--device", "cpu")
    assert done.returncode == 0
    assert done.stderr == "Made as 192x128: 204.8x102.4 is brought to what the model can make.\n"
    assert done.stdout.startswith("192x128, 4 steps, guidance 4.5, euler, seed 7, refined from run ")
    assert "with strength 0.35, 2 of the steps: " in done.stdout


def test_all_of_them_stand_in_the_table_of_runs(folder, preview, tmp_path):
    import csv

    final = made(folder, "promote", preview["run_id"], "--steps", "7")
    assert run(folder, "profile", "export", "--out", str(tmp_path)).returncode == 0
    with (tmp_path / "runs.csv").open(newline="") as file:
        rows = {row["run_id"]: row for row in csv.DictReader(file)}
    found = rows[final["run_id"]]
    assert (found["rework"], found["source_run_id"], found["strength"]) == ("final", preview["run_id"], "")
    assert rows[preview["run_id"]]["rework"] == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["promote", "RUN", "--steps", "4"], "steps: 4 are no more than the 4 of run"),
        (["promote", "RUN", "--steps", "101"], "steps: 101 is out of range"),
        (["promote", "RUN", "--preset", ""], "there is no ''"),
        (["promote", "RUN", "--preset", "nice"], "there is no 'nice'"),
        (["promote", "RUN", "--preset", "fast-preview", "--steps", "9"], "--preset: the steps are given already"),
        (["promote", "RUN", "--model", "black-forest-labs/FLUX.1-dev"], "was made with small-flux (built in)"),
        (["promote", "HUB", "--steps", "20"], "not whole on this machine"),
        (["promote", "RUN", "--model", "~nobody-here/x"], "was made with small-flux (built in)"),
        (["promote", "RUN", "--out", "p.jpg"], ".png"),
        (["promote", "RUN", "--out", "there.png"], "there.png is there already"),
        (["promote", "zzz"], "No run begins with 'zzz'"),
        (["promote", "FAILED"], "has no picture (out-of-memory)"),
        (["refine", "FAILED"], "has no picture (out-of-memory)"),
        (["refine", "FOLDER"], "with my-flux, not with small-flux"),
        (["refine", "RUN"], "is gone: "),
        (["refine", "RUN", "--scale", "1"], "scale: 1 does not enlarge"),
        (["refine", "RUN", "--scale", "2", "--size", "1024x1024"], "--size: a scale is given already"),
        (["refine", "RUN", "--size", "1000x1000"], "Nearest: 960x960 or 1024x1024"),
        (["refine", "RUN", "--size", "1024x512"], "other proportions"),
        (["refine", "RUN", "--strength", "1.5"], "strength: 1.5 is out of range"),
        (["refine", "RUN", "--strength", "much"], "--strength"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_starts(
    home, mine, make_run, dev_model, capsys, tmp_path, monkeypatch, arguments, said
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.png").touch()
    local = ModelInfo("my-flux", "folder", False, "FLUX.1 [dev]", 16, 1)
    runs = {
        "RUN": make_run(num_inference_steps=4, run_id=uuid.uuid4().hex),
        "FAILED": make_run(outcome="out-of-memory", run_id=uuid.uuid4().hex),
        "FOLDER": make_run(model=local, run_id=uuid.uuid4().hex),
        "HUB": make_run(model=msgspec.structs.replace(dev_model, name="nope/none"), run_id=uuid.uuid4().hex),
    }
    notebook = Notebook(mine.notebook, mine.pictures)
    for name, made_run in runs.items():
        stored = notebook.add_run(made_run, b"" if name == "FAILED" else b"a picture")
        if name == "FOLDER":
            Image.new("RGB", (512, 512)).save(mine.pictures / stored.picture)
        elif stored.picture:
            (mine.pictures / stored.picture).unlink()
    notebook.close()
    with pytest.raises(SystemExit) as left:
        main([runs[word].run_id if word in runs else word for word in arguments])
    out, err = capsys.readouterr()
    assert left.value.code == 2
    assert out == ""
    assert said in err
    assert len(err.splitlines()) <= 4
    assert not mine.log.exists()
