"""`profile replay` as a person types it: a real worker measures a hand-in's pictures again."""

import json
import tomllib

import pytest
import tomli_w

from tests.cli.programs import SMALL, run

PROFILE = "optimization-profile.toml"


@pytest.fixture(scope="module")
def theirs(folder, tmp_path_factory):
    """A hand-in with two pictures, as a stranger may send it."""
    out = tmp_path_factory.mktemp("theirs")
    arguments = ["a king", *SMALL, "--vary", "steps=2,4", "--out", str(out / "sweep")]
    made = json.loads(run(folder, "sweep", *arguments, "--json").stdout)["runs"]
    for one in made:
        run(folder, "checklist", "set", "slow", "tried", "--run", one["run_id"])
    assert run(folder, "checklist", "set", "poor-quality", "tried", "--run", made[0]["run_id"]).returncode == 0
    assert run(folder, "profile", "export", "--out", str(out)).returncode == 0
    return out


def changed(folder, to, **changes):
    to.mkdir()
    found = tomllib.loads((folder / PROFILE).read_text())
    (to / PROFILE).write_text(tomli_w.dumps({**found, **changes}))
    return to / PROFILE


def test_the_pictures_are_made_again_and_stand_beside_the_recorded_ones(folder, theirs):
    before = json.loads(run(folder, "runs", "list", "--json").stdout)
    done = run(folder, "profile", "replay", str(theirs), "--repeats", "2", "--device", "cpu", "--yes", "--json")
    assert done.returncode == 0
    assert "Recorded with: small-flux (built in)" in done.stderr
    assert "Software:      the same versions" in done.stderr
    told = json.loads(done.stdout)
    assert [each["settings"]["num_inference_steps"] for each in told["measured"]] == [2, 4]
    assert [[cell["seconds"]["n"] for cell in each["cells"]] for each in told["measured"]] == [[1, 2], [1, 2]]
    assert told["hand_ins"][1]["path"] == "measured now"
    assert [(each["same"], each["drift"]) for each in told["pictures"]] == [(True, None), (True, None)]
    assert "The same" not in done.stdout
    after = json.loads(run(folder, "runs", "list", "--json").stdout)
    assert len(after["runs"]) == len(before["runs"]) + 4


def test_nobody_is_there_to_be_asked(folder, theirs):
    done = run(folder, "profile", "replay", str(theirs))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Give --yes" in done.stderr


def test_what_cannot_be_made_here_is_left_out_by_its_value(folder, theirs, tmp_path):
    runs = tomllib.loads((theirs / PROFILE).read_text())["measurements"]
    huge = changed(theirs, tmp_path / "huge", measurements=[runs[0], {**runs[1], "width": 999_999}])
    done = run(folder, "profile", "replay", str(huge), "--device", "cpu", "--yes")
    assert done.returncode == 0
    assert "Left out: " in done.stderr
    assert "999999" in done.stderr
    none = changed(theirs, tmp_path / "none", measurements=[{**runs[0], "sampler": "\x1b[31m"}])
    done = run(folder, "profile", "replay", str(none), "--yes")
    assert done.returncode == 2
    assert "nothing in it to be made again" in done.stderr
    assert "\x1b" not in done.stderr
    assert run(folder, "profile", "replay", str(theirs), "--sweep", "colour", "--yes").returncode == 2


def test_pictures_that_fail_are_no_success(folder, theirs):
    done = run(folder, "profile", "replay", str(theirs), "--device", "cuda:99", "--yes")
    assert done.returncode == 2
    assert "refused" in done.stdout


def test_another_picture_is_held_against_the_recorded_one_and_links_are_not_followed(folder, theirs, tmp_path):
    """The recorded sums are changed, so that what is made counts as another picture."""
    runs = tomllib.loads((theirs / PROFILE).read_text())["measurements"]
    recorded = [{**run, "pixels_sha256": "0" * 64} for run in runs]
    software = {"torch": "1.0", "no such": "2"}
    other = changed(theirs, tmp_path / "other", measurements=recorded, software=software)
    pictures = tmp_path / "other" / "pictures"
    pictures.mkdir()
    kept, linked = (f"{run['run_id'][:12]}.png" for run in runs)
    (pictures / kept).write_bytes((theirs / "pictures" / kept).read_bytes())
    (pictures / linked).symlink_to(theirs / "pictures" / linked)
    done = run(folder, "profile", "replay", str(other.parent), "--device", "cpu", "--yes")
    assert "torch 1.0 there, " in done.stderr
    assert "no such 2 there, none here" in done.stderr
    told = " ".join(done.stdout.split())
    assert "another picture, 0.00 of 255 levels on average away; 0.0% of pixels by more than 8." in told
    assert "another picture; the recorded one is not at hand to be compared." in told
