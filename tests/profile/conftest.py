from datetime import UTC, datetime

import msgspec
import pytest

from workshop_tui.generation.record import Origin
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.monitor.hardware import GpuModel, Hardware
from workshop_tui.notebook.entries import Check, Observation
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths
from workshop_tui.profile.gather import HARDWARE_KEY, update_hand_in


@pytest.fixture
def now():
    return datetime(2026, 1, 31, 15, 0, tzinfo=UTC)


@pytest.fixture
def learner(home):
    return find_paths().learner("ada")


@pytest.fixture
def notebook(learner):
    opened = Notebook(learner.notebook, learner.pictures)
    yield opened
    opened.close()


@pytest.fixture
def hardware():
    return Hardware(
        gpus=(GpuModel(name="NVIDIA H100 80GB HBM3", memory_mib=81559),),
        driver="570.86.15",
        cpu="AMD EPYC",
        cpu_count=16,
        ram_mib=131072,
        os="Debian GNU/Linux 12",
        python="3.11.9",
        disk_free_gib=51.23,
    )


@pytest.fixture
def worked(notebook, deep_dive, make_run, hardware):
    """A notebook in which everything that the lesson asks for was done; its runs are returned."""
    runs = []
    for sweep, setting, values in (
        ("steps", "num_inference_steps", (10, 25, 50)),
        ("guidance", "guidance_scale", (3.0, 7.0, 12.0)),
        ("resolution", "width", (512, 768, 1024)),
        ("samplers", "sampler", tuple(SAMPLERS)),
    ):
        for value in values:
            size = {"width": value, "height": value} if sweep == "resolution" else {setting: value}
            runs.append(make_run(sweep=sweep, **size))
            notebook.add_run(runs[-1], b"png")
        for field, answer in (("quality", "4"), ("differences", "Finer ruff,\nsame hands.")):
            notebook.observe(deep_dive.id, Observation("parameters", sweep, field, answer))
    notebook.observe(deep_dive.id, Observation("parameters", "steps", "optimal", "25"))
    for task in ("largest-size", "fastest", "batch", "profile"):
        notebook.observe(deep_dive.id, Observation("hardware", task, "found", "1024x1024"))
    runs.append(make_run("hardware", "fastest"))
    notebook.add_run(runs[-1], b"png")
    for scenario, pictures in (("low-vram", 0), ("quality", 1), ("speed", 1), ("consistency", 4)):
        for place in range(pictures):
            origin = Origin(deep_dive.id, "troubleshooting", scenario, place)
            runs.append(msgspec.structs.replace(make_run("troubleshooting", scenario), origin=origin))
            notebook.add_run(runs[-1], b"png")
        notebook.observe(deep_dive.id, Observation("troubleshooting", scenario, "worked", "fewer steps"))
    for problem in deep_dive.data.problems:
        notebook.set_check(deep_dive.id, Check(problem.id, "solved", "tried it", runs[0].run_id))
    for place in (1, 2, 3):
        notebook.set_improvement(deep_dive.id, place, f"area {place}")
    notebook.keep(HARDWARE_KEY, hardware)
    return runs


@pytest.fixture
def hand_in(worked, notebook, deep_dive, learner, now):
    """The folder of a complete hand-in."""
    assert update_hand_in(notebook, deep_dive, learner, now) == []
    return learner.hand_in
