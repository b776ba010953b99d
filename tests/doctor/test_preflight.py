"""Whether a machine carries a class: what is looked at, and what is said of it."""

import shlex
import tempfile
from pathlib import Path

import click
import msgspec
import pytest

from workshop_tui.cli import workshop_tui
from workshop_tui.doctor import preflight as preflights
from workshop_tui.doctor.finding import Place
from workshop_tui.doctor.preflight import Class, preflight, unreadable_for_others
from workshop_tui.generation.fit import MemoryNow
from workshop_tui.generation.model_shape import SMALL_FLUX, find_shape
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.planner import GIB
from workshop_tui.generation.record import Timing

DEV = "black-forest-labs/FLUX.1-dev"


@pytest.fixture
def plan(tmp_path, deep_dive):
    """Twenty-five learners on a machine with one card of 80 GiB."""

    def make(**changes):
        hand_ins = tmp_path / "class"
        hand_ins.mkdir(exist_ok=True)
        hand_ins.chmod(0o1777)
        usual = {
            "learners": 25,
            "shape": SMALL_FLUX,
            "model": BUILT_IN,
            "lesson": deep_dive,
            "hand_ins": hand_ins,
            "socket": tmp_path / "engine.sock",
            "group": None,
            "place": Place({}, root=tmp_path),
            "memory": MemoryNow(gpu_free=80 * GIB, gpu_total=80 * GIB, host_free=120 * GIB, host_total=128 * GIB),
            "runs": [],
        }
        return Class(**(usual | changes))

    return make


def found(results, name):
    return next(result for result in results if result.id == name)


def test_the_third_learners_own_worker_is_foreseen(plan, monkeypatch, home):
    vram = found(preflight(plan(shape=find_shape(DEV), model=DEV)), "vram")
    assert vram.level == "ok"
    assert "with workers of their own 2 of 25" in vram.text


def test_a_card_that_is_too_small_is_said_to_be(plan, home):
    small = MemoryNow(gpu_free=8 * GIB, gpu_total=8 * GIB, host_free=64 * GIB, host_total=64 * GIB)
    vram = found(preflight(plan(shape=find_shape(DEV), model=DEV, memory=small)), "vram")
    assert vram.level == "warn"
    assert "offload" in vram.text


def test_twenty_five_apps_need_memory_too(plan):
    little = MemoryNow(gpu_free=None, gpu_total=None, host_free=2 * GIB, host_total=4 * GIB)
    ram = found(preflight(plan(memory=little)), "ram")
    assert ram.level == "fail"
    assert "25 apps" in ram.text


def test_the_time_for_all_comes_from_own_measurements(plan, make_run):
    assert found(preflight(plan()), "time").level == "warn"
    quick = make_run(seconds=Timing(denoise=0.1, decode=0.01))
    time = found(preflight(plan(runs=[quick])), "time")
    assert time.level == "ok"
    assert "14 pictures a learner" in time.text
    assert "35 min" in time.text


def test_what_it_says_to_type_is_a_command_that_the_program_takes(plan):
    _, *arguments = shlex.split(found(preflight(plan()), "time").todo.partition("then ask again: ")[2])
    context = click.Context(workshop_tui)
    name, command, rest = workshop_tui.resolve_command(context, arguments)
    assert command.make_context(name, rest, parent=context).params["varied"] == ("seed=1,2",)


def test_where_the_time_is_short_it_says_what_to_change(plan, make_run):
    slow = make_run(seconds=Timing(denoise=60, decode=5))
    time = found(preflight(plan(runs=[slow])), "time")
    assert time.level == "warn"
    for words in ("at most 15 steps: about", "at most 768 px: about", "cards with an engine each"):
        assert words in time.todo
    assert "equal ones are made once" in time.text


@pytest.mark.parametrize(
    ("mode", "level", "words"),
    [(0o1777, "ok", "sticky"), (0o755, "warn", "not open"), (0o777, "fail", "no sticky bit")],
)
def test_the_hand_in_folder_must_keep_learners_apart(plan, mode, level, words):
    asked = plan()
    asked.hand_ins.chmod(mode)
    hand_ins = found(preflight(asked), "hand-ins")
    assert hand_ins.level == level
    assert words in hand_ins.text


def test_a_missing_group_or_folder_is_named(plan, tmp_path):
    results = preflight(plan(group="no-such-group", hand_ins=tmp_path / "none"))
    assert found(results, "group").level == "fail"
    assert "no-such-group" in found(results, "group").text
    assert "install -d -m 1777" in found(results, "hand-ins").todo
    assert found(preflight(plan()), "group").level == "warn"


@pytest.fixture
def open_folder():
    """A folder that every user may enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_files_that_others_cannot_read_are_found(open_folder):
    part = open_folder / "transformer"
    part.mkdir(mode=0o755)
    weights = part / "weights.safetensors"
    weights.write_bytes(b"")
    assert unreadable_for_others(open_folder) is None
    weights.chmod(0o600)
    assert unreadable_for_others(open_folder) == weights.resolve()
    part.chmod(0o700)
    assert unreadable_for_others(open_folder) == part.resolve()


def test_what_cannot_be_looked_at_costs_only_its_own_line(plan, monkeypatch):
    def broken(_plan):
        raise PermissionError(13, "Permission denied", "/closed")

    monkeypatch.setattr(preflights, "_disk", broken)
    results = preflight(plan())
    assert found(results, "disk").level == "fail"
    assert "/closed" in found(results, "disk").text
    assert found(results, "model").level == "ok"


def test_the_command_opens_what_is_closed(plan, open_folder, monkeypatch):
    """A snapshot's files are links to blobs beside it, which `chmod -R` on the snapshot would not reach."""
    repository = open_folder / "models--black-forest-labs--FLUX.1-dev"
    snapshot, blob = repository / "snapshots" / ("a" * 40), repository / "blobs" / "1"
    snapshot.mkdir(parents=True)
    blob.parent.mkdir()
    blob.write_bytes(b"")
    blob.chmod(0o600)
    (snapshot / "model_index.json").symlink_to(blob)
    monkeypatch.setattr(preflights, "find_snapshot", lambda _model: snapshot)
    shape = msgspec.structs.replace(find_shape(DEV), here=True)
    assert f"chmod -R a+rX {repository}," in found(preflight(plan(shape=shape, model=DEV)), "model").todo
    open_folder.chmod(0o700)
    assert f"chmod a+x {open_folder}," in found(preflight(plan(shape=shape, model=DEV)), "model").todo
