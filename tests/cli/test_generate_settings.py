"""`generate` and `sweep` with everything that can be set: batches, true CFG, walks, precision, and a memory cap."""

import csv
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.programs import SMALL, run

FEW = [*SMALL, "--steps", "2"]


def made(folder, *arguments):
    done = run(folder, "generate", "a lighthouse", *FEW, *arguments, "--json")
    return done, json.loads(done.stdout)


def test_a_batch_is_this_seed_and_the_next_ones_each_with_its_file(folder, tmp_path):
    done, found = made(
        folder, "--sampler", "heun", "--precision", "bf16", "--batch", "3", "--out", str(tmp_path / "p.png")
    )
    assert (done.returncode, done.stderr) == (0, "")
    runs = found["runs"]
    assert [(each["seed"], each["batch"], each["outcome"], each["forwards"]) for each in runs] == [
        (42, 3, "ok", 3),
        (43, 3, "ok", 3),
        (44, 3, "ok", 3),
    ]
    assert {each["placing"]["precision"] for each in runs} == {"bfloat16"}
    assert [each["picture"] for each in runs] == [str(tmp_path / f"p-{place}.png") for place in (1, 2, 3)]
    assert len({Image.open(each["picture"]).tobytes() for each in runs}) == 3


def test_a_negative_prompt_brings_true_cfg_and_says_what_it_costs(folder):
    done, found = made(folder, "--negative", "people")
    assert found["true_cfg_scale"] == 4
    assert found["forwards"] == 4
    assert "true-cfg: Two forwards a step: 4 in all, twice the time." in done.stderr


def test_a_walk_is_an_axis(folder, tmp_path):
    done = run(
        folder, "sweep", "a lighthouse", *FEW, "--walk-to", "7", "--vary", "walk=0,0.5,1", "--batch", "3",
        "--out", str(tmp_path / "walk"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "walk" / "results.csv").open()))
    assert [(row["walk"], row["walk_to"], row["batch"]) for row in rows] == [
        ("0.0", "7", "3"),
        ("0.5", "7", "3"),
        ("1.0", "7", "3"),
    ]
    alone = json.loads(run(folder, "generate", "a lighthouse", *FEW, "--json").stdout)
    assert alone["outcome"] == "ok"


def test_memory_is_short_under_a_cap_and_not_after_it(folder):
    capped = run(folder, "generate", "a lighthouse", "--size", "1024x1024", "--steps", "1", "--cap", "0.05", "--json")
    found = json.loads(capped.stdout)
    assert (capped.returncode, found["outcome"]) == (1, "out-of-memory")
    assert "0.05 GiB were simulated (--cap)" in found["reason"]
    done, again = made(folder)
    assert (done.returncode, again["outcome"], again["placing"]["cap_gib"]) == (0, "ok", None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--negative", "people", "--true-cfg", "1"], "negative prompt: it has no effect while true-cfg is 1"),
        (["--true-cfg", "30"], "true-cfg: 30 is out of range"),
        (["--walk", "0.5"], "walk: 0.5 of the way leads nowhere without a second seed"),
        (["--walk-to", "-1", "--walk", "0.5"], "walk-to"),
        (["--walk", "2", "--walk-to", "1"], "walk: 2 is out of range"),
        (["--precision", "fp8"], "precision: 'fp8' is unknown"),
        (["--placement", "moon"], "placement: 'moon' is unknown"),
        (["--quantization", "int3"], "quantization: 'int3' is unknown"),
        (["--speed", "ludicrous"], "speed: 'ludicrous' is unknown"),
        (["--block-cache", "nan"], "block-cache"),
        (["--tiled", "maybe"], "tiled: 'maybe' is neither yes nor no"),
        (["--steps", "2.5"], "steps: '2.5' is not a number"),
        (["--batch", "0"], "--batch"),
        (["--cap", "0"], "cap: 0 is no amount of memory"),
        (["--cap", "nan"], "cap"),
        (["--placement", "gpu"], "placement"),
    ],
)
def test_what_cannot_be_is_refused(folder, arguments, said):
    done = run(folder, "generate", "x", "--size", "128x128", *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_preset_gives_settings_and_options_win(folder):
    found = json.loads(
        run(folder, "generate", "x", *SMALL, "--preset", "fast-preview", "--steps", "1", "--json").stdout
    )
    assert (found["num_inference_steps"], found["outcome"]) == (1, "ok")
    assert Path(found["picture"]).is_file()
