"""Packages, GPU, disk, terminal and worker, as the doctor sees them."""

import os
import sqlite3
from pathlib import Path

import pytest

from workshop_tui.doctor import program
from workshop_tui.doctor.gpu import judge
from workshop_tui.doctor.program import Torch, read_torch
from workshop_tui.monitor.snapshot import GpuReading, GpuReport
from workshop_tui.notebook.store import Notebook
from workshop_tui.notebook.tables import SCHEMA
from workshop_tui.terminal import colours

CARD = GpuReading(index=0, taken=0.0, name="NVIDIA H100", memory_used_mib=2048, memory_total_mib=81559)

# Program


@pytest.mark.parametrize(
    ("text", "build"),
    [
        ("from typing import Optional\ncuda: Optional[str] = '12.8'\nhip: Optional[str] = None\n", "CUDA 12.8 build"),
        ("debug = False\ncuda = '11.8'\nhip = None\n", "CUDA 11.8 build"),
        ("cuda: Optional[str] = None\nhip: Optional[str] = '6.4.43482'\n", "ROCm build"),
        ("cuda: Optional[str] = None\nhip: Optional[str] = None\nxpu: Optional[str] = '20250101'\n", "XPU build"),
        ("cuda = None\n", "CPU build"),
    ],
)
def test_torchs_build_is_read_from_its_file(text, build):
    assert read_torch("2.13.0", text).build == build


def test_the_installed_torch_is_named(look):
    assert look("torch").text.startswith(f"{program.torch().version}, ")


def test_this_installation_is_whole(look):
    assert [look(one).level for one in ("python", "version", "packages")] == ["ok"] * 3


def test_a_missing_and_an_old_package_come_with_the_command(look, monkeypatch):
    from packaging.requirements import Requirement

    wanted = [Requirement("no-such-package-here>=1"), Requirement("click<1"), Requirement("click>=8")]
    monkeypatch.setattr(program, "_project", lambda: (">=3.11", wanted))
    found = look("packages")
    assert found.level == "fail"
    assert "no-such-package-here is missing; click is " in found.text
    assert found.todo.endswith("-m pip install 'no-such-package-here>=1' 'click<1'")


def test_a_stray_pynvml_is_found(look, put, tmp_path, monkeypatch):
    assert look("pynvml").level == "ok"
    put("site/pynvml-11.5.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: pynvml\nVersion: 11.5.0\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    found = look("pynvml")
    assert (found.level, "pynvml 11.5.0" in found.text) == ("warn", True)
    assert "pip uninstall -y pynvml" in found.todo


# GPU


@pytest.mark.parametrize(
    ("known", "built", "level", "said"),
    [
        ("12.8", Torch("2.13.0", "12.6"), "ok", "knows CUDA up to 12.8, torch was built for 12.6"),
        ("12.8", Torch("2.13.0", "12.8"), "ok", ""),
        ("12.2", Torch("2.13.0", "12.10"), "warn", "that works, except"),
        ("12.8", Torch("2.13.0", "13.0"), "fail", "it cannot use this GPU"),
        ("12.8", Torch("2.13.0+cpu"), "fail", "torch is a CPU build"),
        ("", Torch("2.13.0", "12.6"), "ok", "does not tell"),
        ("12.8", None, "fail", "torch is not installed"),
    ],
)
def test_driver_and_torch_are_held_against_each_other(known, built, level, said):
    found = judge("NVIDIA 570.86", known, built)
    assert found.level == level
    assert found.text.startswith("NVIDIA 570.86")
    assert said in found.text
    assert bool(found.todo) == (level != "ok")


@pytest.mark.parametrize(("vendor", "kind", "level"), [("0x10de", "0x030200", "fail"), ("0x1022", "0x030000", "warn")])
def test_a_card_without_a_driver_is_told_from_no_card(look, put, vendor, kind, level):
    put("sys/bus/pci/devices/0000:01:00.0/vendor", f"{vendor}\n")
    put("sys/bus/pci/devices/0000:01:00.0/class", f"{kind}\n")
    found = look("driver", gpu=lambda: GpuReport(message="no NVIDIA driver on this machine"))
    assert found.level == level
    assert "no NVIDIA driver on this machine: pictures are made on the CPU" in found.text


@pytest.mark.parametrize(
    ("used", "environ", "level"),
    [
        (2048, {}, "ok"),
        (80000, {}, "warn"),
        (2048, {"CUDA_VISIBLE_DEVICES": ""}, "warn"),
        (2048, {"CUDA_VISIBLE_DEVICES": "0"}, "ok"),
    ],
)
def test_a_gpu_that_is_full_or_hidden_is_said(look, used, environ, level):
    card = GpuReading(index=0, taken=0.0, name="NVIDIA H100", memory_used_mib=used, memory_total_mib=81559)
    found = look("gpu", environ=environ, gpu=lambda: GpuReport(gpus=(card,), driver="570.86"))
    assert found.level == level
    assert "NVIDIA H100, " in found.text


def test_each_of_the_lessons_tiers_is_met_or_says_what_lacks(look, monkeypatch):
    monkeypatch.setattr("workshop_tui.doctor.gpu.ram_mib", lambda: (1000, 31_900, False))
    found = look("tiers", gpu=lambda: GpuReport(gpus=(CARD,)))
    assert found.level == "ok"
    assert found.text == (
        "minimum (8 GB VRAM, 16 GB RAM) met; recommended (12 GB VRAM, 32 GB RAM) met; "
        "professional (24 GB VRAM, 64 GB RAM) not met: RAM 31.2 GiB"
    )
    assert "not met: no GPU; " in look("tiers").text


# Disk


def test_folders_are_measured_where_they_are_and_where_they_will_be(look, home):
    assert look("state").level == "ok"
    assert not home.exists()
    (home / "data/learners/ada").mkdir(parents=True)
    assert "GB free, writable" in look("state").text
    assert list((home / "data/learners/ada").iterdir()) == []


def test_a_file_where_a_folder_should_be_fails(look, home):
    home.parent.mkdir(exist_ok=True)
    home.write_text("")
    assert [look(one).level for one in ("state", "pictures", "hand-in")] == ["fail"] * 3
    assert f"{home} is no folder" in look("state").text


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_fails(look, home):
    (home / "data/learners/ada").mkdir(parents=True)
    (home / "data/learners/ada").chmod(0o500)
    assert look("state").level == "fail"


# Terminal


@pytest.mark.parametrize(
    ("environ", "count"),
    [
        ({"TERM": "xterm-256color"}, 256),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, 2**24),
        ({"TERM": "xterm-kitty"}, 256),
        ({"TERM": "screen"}, 16),
        ({"TERM": "dumb"}, 1),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, 1),
    ],
)
def test_colours_are_told_by_the_environment(environ, count):
    assert colours(environ) == count


@pytest.mark.parametrize(
    ("check", "place", "level"),
    [
        ("size", {"terminal": (80, 24)}, "ok"),
        ("size", {"terminal": (79, 24)}, "warn"),
        ("size", {"terminal": (80, 19)}, "fail"),
        ("size", {}, "ok"),
        ("colours", {"terminal": (80, 24), "environ": {"TERM": "xterm-256color"}}, "warn"),
        ("colours", {"terminal": (80, 24), "environ": {"TERM": "dumb"}}, "fail"),
        ("colours", {"terminal": (80, 24), "environ": {"TERM": "xterm", "COLORTERM": "24bit"}}, "ok"),
        ("letters", {"environ": {"LANG": "de_DE.UTF-8"}}, "ok"),
        ("letters", {"environ": {"LANG": "de_DE.UTF-8", "LC_ALL": "C"}}, "warn"),
        ("letters", {"environ": {"LANG": "C.utf8"}, "encoding": "ascii"}, "fail"),
    ],
)
def test_what_the_terminal_lacks_is_said_with_what_to_do(look, check, place, level):
    found = look(check, **place)
    assert found.level == level
    assert bool(found.todo) == (level != "ok")


def test_how_the_terminal_is_reached(look, tmp_path, put):
    assert look("connection").text == "on this machine"
    remote = {"SSH_CONNECTION": "192.0.2.1 5 192.0.2.2 22", "PATH": str(tmp_path / "bin")}
    assert "without tmux" in look("connection", environ=remote).text
    put("bin/tmux")
    (tmp_path / "bin/tmux").chmod(0o755)
    assert "tmux new -A -s class" in look("connection", environ=remote).text
    assert "inside tmux" in look("connection", environ=remote | {"TMUX": "/tmp/x"}).text
    assert "192.0.2" not in look("connection", environ=remote).text


# Worker


def test_a_notebook_is_opened_and_not_changed(look, home, make_run):
    place = home / "data/learners/ada"
    assert look("notebook").text.startswith("none yet")
    notebook = Notebook(place / "notebook.sqlite3", place / "pictures")
    notebook.add_run(make_run())
    notebook.close()
    before = (place / "notebook.sqlite3").read_bytes()
    assert look("notebook").text.startswith("opens, 1 run in it")
    assert (place / "notebook.sqlite3").read_bytes() == before
    with sqlite3.connect(place / "notebook.sqlite3") as database:
        database.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    database.close()
    assert look("notebook").level == "fail"


def test_with_no_worker_all_is_well(look):
    assert look("worker").text.startswith("not running")
    assert look("socket").level == "ok"


def test_a_model_that_is_not_here_fails_and_the_practice_model_is_said_to_be_one(look, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    assert "practice model" in look("model").text
    assert look("model", model=str(Path(tmp_path / "no"))).level == "fail"
    assert look("model", model="nobody/never-heard-of").level == "fail"


def test_a_model_folder_that_is_not_there_is_to_be_made_or_taken_out(look, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("WORKSHOP_TUI_MODEL_FOLDERS", str(tmp_path / "gone"))
    found = look("found")
    assert (found.level, f"{tmp_path / 'gone'} is not there" in found.text) == ("warn", True)
    assert found.todo == "Make that folder, or mend `model_folders` (workshop-tui config show)."
    (tmp_path / "gone/half").mkdir(parents=True)
    (tmp_path / "gone/half/model_index.json").write_text("{")
    assert "workshop-tui model list" in look("found").todo
    assert "Make that folder" not in look("found").todo


def test_behind_a_shared_engine_no_hub_token_is_asked_for(look, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("HF_TOKEN", "")
    gated = "black-forest-labs/FLUX.1-dev"
    assert look("token", model=gated).level == "warn"
    monkeypatch.setenv("WORKSHOP_TUI_ENGINE", str(tmp_path / "engine.sock"))
    found = look("token", model=gated)
    assert (found.level, "shared engine" in found.text) == ("ok", True)


def test_behind_a_shared_engine_no_room_for_models_is_asked_for(look, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("workshop_tui.doctor.disk.free", lambda _folder: (10**9, 10**6))
    gated = "black-forest-labs/FLUX.1-dev"
    assert look("hub-cache", model=gated).level == "fail"
    monkeypatch.setenv("WORKSHOP_TUI_ENGINE", str(tmp_path / "engine.sock"))
    assert look("hub-cache", model=gated).level == "ok"
    assert look("model", model="").text == "that of the shared engine"
