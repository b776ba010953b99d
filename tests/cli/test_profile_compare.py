"""`workshop-tui profile compare`: hand-ins of several learners, or of strangers."""

import json
import shutil
import tomllib

import msgspec
import pytest
import tomli_w

from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths


@pytest.fixture
def hand_in(run, make_run, tmp_path):
    """Return what writes a learner's hand-in, with runs of some seconds for each number of steps."""

    def write(name: str, seconds: dict[int, list[float]]):
        mine = find_paths().learner(name)
        notebook = Notebook(mine.notebook, mine.pictures)
        for steps, times in seconds.items():
            for each in times:
                made = make_run(num_inference_steps=steps)
                spent = msgspec.structs.replace(made.seconds, encode=0.0, denoise=each, decode=0.0)
                notebook.add_run(msgspec.structs.replace(made, seconds=spent))
        notebook.close()
        folder = tmp_path / name
        assert run("profile", "export", "--learner", name, "--out", folder)[0] == 0
        return folder

    return write


def change(folder, **changes):
    file = folder / "optimization-profile.toml"
    file.write_text(tomli_w.dumps({**tomllib.loads(file.read_text()), **changes}))


def test_times_stand_side_by_side_and_only_clear_differences_are_claimed(run, hand_in):
    a = hand_in("ada", {10: [2.0, 2.1, 2.2], 25: [5.0, 5.5, 6.0], 50: [9.0]})
    b = hand_in("bo", {10: [1.0, 1.05, 1.1], 25: [5.2, 5.4, 5.8]})
    code, out, _ = run("profile", "compare", a, b)
    assert code == 0
    assert all(len(line) <= 80 for line in out.splitlines() if str(a.parent) not in line)
    text = " ".join(out.split())
    assert "A ada: practice" in text
    assert "1.05 s, 1.00 to 1.10 in 3 runs" in text
    assert "faster than A (median x 0.50)" in text
    assert "no clear difference" in text
    assert "1 more setting only in A." in text


@pytest.mark.parametrize("changes", [{"cap_gib": 6.0}, {"device": "AMD EPYC, CPU"}])
def test_limited_runs_and_those_of_another_device_are_left_out(run, hand_in, changes):
    a, b = hand_in("ada", {10: [9.0, 2.0]}), hand_in("bo", {10: [1.0]})
    file = a / "optimization-profile.toml"
    first, *others = tomllib.loads(file.read_text())["measurements"]
    change(a, measurements=[{**first, **changes}, *others])
    found = json.loads(run("profile", "compare", a, b, "--json")[1])
    assert [cell["seconds"]["median"] for cell in found["measured"][0]["cells"]] == [2.0, 1.0]


def test_a_run_that_never_began_hides_none_that_ended(run, hand_in):
    a, b = hand_in("ada", {10: [2.0]}), hand_in("bo", {10: [1.0]})
    file = a / "optimization-profile.toml"
    [made] = tomllib.loads(file.read_text())["measurements"]
    stopped = {**made, "run_id": "f" * 32, "outcome": "cancelled", "device": "", "seconds": 0.0}
    change(a, measurements=[made, stopped])
    [first, _] = json.loads(run("profile", "compare", a, b, "--json")[1])["measured"][0]["cells"]
    assert (first["seconds"]["median"], first["outcomes"]) == (2.0, {"ok": 1, "cancelled": 1})


def test_a_hand_in_without_pictures_is_neither_practice_nor_real(run, hand_in):
    a, b, c = hand_in("ada", {}), hand_in("bo", {10: [1.0]}), hand_in("eve", {10: [1.0]})
    file = c / "optimization-profile.toml"
    [model] = tomllib.loads(file.read_text())["models"]
    change(c, practice=False, models=[{**model, "practice": False, "source": "hub"}])
    for others, mixed in (([b], False), ([c], False), ([b, c], True)):
        out = run("profile", "compare", a, *others)[1]
        assert out.startswith("A  ada: no pictures\n")
        assert ("Practice figures stand beside real ones" in out) == mixed
    assert "No pictures yet." in run("profile", "check", a)[1]


def test_one_run_each_is_no_claim(run, hand_in):
    a, b = hand_in("ada", {10: [2.0]}), hand_in("bo", {10: [1.0]})
    out = run("profile", "compare", a, b)[1]
    assert "faster" not in out.replace("Which is faster", "")
    assert "--repeats 3" in out
    found = json.loads(run("profile", "compare", a, b, "--json")[1])
    assert found["measured"][0]["verdicts"] == ["too few runs"]
    assert [cell["seconds"]["median"] for cell in found["measured"][0]["cells"]] == [2.0, 1.0]


def test_what_is_alike_is_said_once(run, hand_in):
    a = hand_in("ada", {10: [2.0]})
    b = a.with_name("copy")
    shutil.copytree(a, b)
    machine = tomllib.loads((a / "optimization-profile.toml").read_text())["hardware"]
    change(b, learner="[red]bo\x1b[31m", hardware={**machine, "cpu": "another \x9b CPU"})
    out = run("profile", "compare", a, b)[1]
    assert "[red]bo\\x1b[31m" in out
    assert "another \\x9b CPU, " in out
    assert "The same: Lesson" in out
    assert "\x1b" not in out


def test_nothing_in_common_is_said(run, hand_in):
    a, b = hand_in("ada", {10: [2.0]}), hand_in("bo", {12: [2.0]})
    assert "No settings were measured in more than one of them" in run("profile", "compare", a, b)[1]


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_are_refused(run, hand_in, count):
    code, _, err = run("profile", "compare", *[hand_in("ada", {10: [2.0]})] * count)
    assert code == 2
    assert f"{count} hand-ins are named" in err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": 99}, "from a newer program"),
        ({"surplus": 1}, "surplus"),
        ({"learner": 7}, "learner"),
    ],
)
def test_a_damaged_one_is_refused_by_its_name(run, hand_in, changes, said):
    a, b = hand_in("ada", {10: [2.0]}), hand_in("bo", {10: [1.0]})
    change(b, **changes)
    code, _, err = run("profile", "compare", a, b)
    assert code == 2
    assert said in err
    assert str(b) in err.replace("\n", "")


def test_a_checklist_is_no_profile(run, hand_in):
    a = hand_in("ada", {10: [2.0]})
    code, _, err = run("profile", "compare", a, a / "troubleshooting-checklist.toml")
    assert code == 2
    assert "troubleshooting checklist" in err
