"""`doctor` as a person calls it, and what it does when checks break, hang or find the configuration wrong."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from workshop_tui.doctor.examine import CHECKS, examine
from workshop_tui.doctor.finding import GROUPS, Check, Place, ok

FAKE = Path(__file__).parents[1] / "monitor" / "fake_nvml.c"


def test_every_line_fits_and_every_group_stands_there_once(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = run("doctor")
    assert (code, err) == (0 if "fail  " not in out else 1, "")
    lines = out.splitlines()
    end = next(place for place, line in enumerate(lines) if " ok; " in line)
    assert [line.lower() for line in lines[:end] if not line.startswith(" ")] == list(GROUPS)
    assert all(len(line) <= 80 or "/" in line for line in lines)
    assert "\x1b" not in out
    told = " ".join(lines[end:])
    warned = [line[8:24].strip() for line in lines if line.startswith("  warn")]
    assert f"{len(warned)} to consider (warn): {', '.join(warned)}; " in told


def test_json_tells_the_same_and_counts(run):
    code, out, _ = run("doctor", "--json")
    found = json.loads(out)
    assert [one["id"] for one in found["checks"]] == [check.id for check in CHECKS]
    levels = [one["level"] for one in found["checks"]]
    assert {level: levels.count(level) for level in ("ok", "warn", "fail")} == {
        level: found[level] for level in ("ok", "warn", "fail")
    }
    assert all(bool(one["todo"]) == (one["level"] != "ok") for one in found["checks"])
    assert code == (1 if found["fail"] else 0)


def test_it_changes_nothing_and_tells_no_token(run, home, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret_of_ada")
    _, out, _ = run("doctor")
    assert not home.exists()
    assert "hf_secret" not in out


@pytest.mark.parametrize("text", ["model = 3\n", "[[", 'modle = "x"\n'])
def test_a_wrong_configuration_is_a_line_and_no_end(run, home, text):
    file = home / "config" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    code, out, err = run("doctor")
    assert (code, err) == (1, "")
    assert str(file) in out
    assert "Until then disk, models and worker cannot be" in " ".join(out.split())
    assert "  ok    torch" in out


def test_a_wrong_variable_is_a_line_too(run, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "no address")
    monkeypatch.setenv("WORKSHOP_TUI_WORKER_STALL", "soon")
    code, out, _ = run("doctor", "--json")
    wrong = [one for one in json.loads(out)["checks"] if one["level"] == "fail"]
    assert code == 1
    assert [one["id"] for one in wrong] == ["environment"]
    assert "WORKSHOP_TUI_CONNECT" in wrong[0]["text"]
    assert "WORKSHOP_TUI_WORKER_STALL" in wrong[0]["text"]


def test_a_check_that_breaks_or_hangs_costs_only_itself():
    never = threading.Event()

    def breaks(place):
        raise ZeroDivisionError("a defect")

    def hangs(place):
        never.wait()
        return ok("late")

    def is_kept_out(place):
        raise PermissionError(13, "Permission denied", "/srv/secret")

    checks = [
        Check("closed", "program", "none", is_kept_out),
        Check("breaks", "program", "one", breaks),
        Check("hangs", "disk", "two", hangs),
        Check("well", "worker", "three", lambda place: ok("well")),
    ]
    began = time.monotonic()
    found = {result.id: result for result in examine(Place({}), checks, patience=0.3)}
    never.set()
    assert time.monotonic() - began < 10
    assert [found[one].level for one in ("breaks", "hangs", "well")] == ["fail", "fail", "ok"]
    assert "ZeroDivisionError: a defect" in found["breaks"].text
    assert found["closed"].text == "/srv/secret may not be looked at: Permission denied."
    assert "no answer within 0.3 s" in found["hangs"].text


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("cc"), reason="needs Linux and a C compiler")
def test_beside_a_driver_the_gpu_and_its_use_by_torch_are_said(tmp_path):
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "libnvidia-ml.so.1", FAKE], check=True)
    environment = os.environ | {
        "LD_LIBRARY_PATH": str(tmp_path),
        "WORKSHOP_TUI_HOME": str(tmp_path / "home"),
        "FAKE_CUDA": "9020",
    }
    command = [sys.executable, "-m", "workshop_tui", "doctor", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    found = {one["id"]: one for one in json.loads(done.stdout)["checks"]}
    assert found["gpu"]["text"] == "NVIDIA Test 9000, 15.7 of 24.0 GiB VRAM free"
    assert found["driver"]["level"] == "fail"
    assert found["driver"]["text"].startswith("NVIDIA 570.86.15")
    assert "9.2" in found["driver"]["text"] + found["driver"]["todo"]
    assert done.returncode == 1
