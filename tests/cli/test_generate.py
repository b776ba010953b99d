"""`generate` as a person types it: processes of their own, a real worker, the small model; and what is refused."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.programs import SMALL, run
from workshop_tui.cli import main
from workshop_tui.paths import find_paths


def test_the_same_request_gives_the_same_pixels(folder, tmp_path):
    found = []
    (tmp_path / "q.png").touch()
    for name, *force in (("p.png",), ("q.png", "--force")):
        out = ("--out", str(tmp_path / name), *force)
        done = run(folder, "generate", "a lighthouse", *SMALL, "--steps", "3", *out, "--json")
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
    assert told.startswith("128x128, 2 steps, guidance 3.5, euler, seed 42: ")
    assert Path(where).is_file()


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
        ([*BASE, "--steps", "ten"], "steps: 'ten' is not a number"),
        ([*BASE, "--guidance", "nan"], "guidance"),
        ([*BASE, "--seed", "-1"], "seed"),
        ([*BASE, "--seed", "abc"], "Give 0 to 4294967295, or 'random'."),
        ([*BASE, "--seed", "4294967296"], "seed"),
        ([*BASE, "--sampler", "magic"], "magic"),
        (["generate", "x", "--size", "100x100"], "128x128"),
        (["generate", "x", "--size", "huge"], "size"),
        ([*BASE, "--out", "p.jpg"], ".png"),
        ([*BASE, "--out", "missing/folder/p.png"], "no folder"),
        ([*BASE, "--out", "there-2.png"], "there-2.png is there already, and would be lost"),
        ([*BASE, "--out", "there.png", "--batch", "3"], "there-2.png is there already, and would be lost"),
        ([*BASE, "--learner", ""], "learner"),
        (["sweep", "x", "--vary", "steps=2"], "--out"),
        (SWEEP, "--vary"),
        ([*SWEEP, "--vary", "steps"], "steps"),
        ([*SWEEP, "--vary", "colour=red"], "colour"),
        ([*SWEEP, "--vary", "steps=2,200"], "200"),
        ([*SWEEP, "--vary", "steps=2,3", "--size", "100x100"], "100"),
        ([*SWEEP, "--vary", "steps=10..1"], "the range '10..1' goes down"),
        ([*SWEEP, "--vary", "seed=0..5000"], "5,001 values of seed"),
        ([*SWEEP, "--vary", "seed=1..1000", "--vary", "steps=1..20"], "20,000 pictures are too many"),
        ([*SWEEP, "--vary", "seed=1..1000", "--repeats", "11"], "11,000 pictures are too many"),
        ([*SWEEP, "--vary", "steps=2,3", "--repeats", "0"], "--repeats"),
        ([*SWEEP, "--vary", "steps=2,3", "--repeats", "2", "--skip-made"], "--skip-made: repeats are compared only"),
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
    (tmp_path / "there-2.png").touch()
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

    monkeypatch.setattr("workshop_tui.cli.generate.check_settings", broken)
    with pytest.raises(SystemExit) as left:
        main(["generate", "x", "--size", "512x512"])
    err = capsys.readouterr().err
    log = find_paths().log / "workshop-tui.log"
    assert left.value.code == 1
    assert str(log) in err
    assert "Traceback" not in err
    assert "ZeroDivisionError: a defect" in log.read_text()
