"""Pictures made by a lossy way are compared with the exact ones: a sweep of both, with a real worker."""

import json

from tests.cli.programs import SMALL, run

SWEEP = ("sweep", "a lighthouse", *SMALL, "--steps", "3", "--vary", "block-cache=0,1")


def test_a_lossy_cell_is_compared_with_its_exact_one(folder, tmp_path):
    done = run(folder, *SWEEP, "--out", str(tmp_path / "told"))
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())  # lines are wrapped
    assert "128x128, 3 steps, guidance 3.5, euler, block cache 1, seed 42: drift from exact: " in told
    done = run(folder, *SWEEP, "--out", str(tmp_path / "json"), "--json")
    found = json.loads(done.stdout)
    [(run_id, drift)] = found["drift"].items()
    assert run_id == found["runs"][1]["run_id"]
    assert drift["mean"] > 1
    assert 0 < drift["share"] <= 1


def test_without_an_exact_one_it_says_how_to_get_it(folder, tmp_path):
    sweep = [*SWEEP[:-1], "block-cache=0.5,1", "--seed", "7"]
    done = run(folder, *sweep, "--out", str(tmp_path / "out"))
    lines = [line for line in done.stdout.splitlines() if "drift" in line]
    assert lines == [
        "block cache 0.5: drift not measured: make it with --block-cache 0 too.",
        "block cache 1: drift not measured: make it with --block-cache 0 too.",
    ]
