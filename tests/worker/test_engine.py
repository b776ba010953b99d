"""The engine: pictures one after the other, and every failure a run with a reason."""

import io
import itertools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from workshop_tui.generation.record import Origin
from workshop_tui.worker import engine as engine_module
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.failures import is_out_of_memory
from workshop_tui.worker.pictures import pixels_sha256, read_label
from workshop_tui.worker.progress import Progress
from workshop_tui.worker.request import RunRequest

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def engine(model_cache) -> Engine:
    return Engine(model_cache, "cpu")


def ask(settings, **more) -> RunRequest:
    return RunRequest(f"{next(numbers):032x}", "f" * 32, settings, **more)


def make(engine: Engine, settings, **more):
    return engine.run(ask(settings, **more), lambda _progress: None, lambda: False)


def test_a_run_is_recorded(engine, settings, tmp_path):
    engine.free()
    told: list[Progress] = []
    origin = Origin("flux-deep-dive", "exercise-1", "steps", 2)
    request = ask(settings(), origin=origin, queued_seconds=0.5)
    run, png = engine.run(request, told.append, lambda: False)
    assert (run.outcome, run.reason) == ("ok", "")
    assert (run.run_id, run.job_id, run.origin, run.settings) == (request.run_id, "f" * 32, origin, request.settings)
    assert run.started.endswith("+00:00")
    assert run.model == engine.model
    assert run.placing is not None
    assert run.placing.device == "cpu"
    assert run.seconds.queue == 0.5
    assert min(run.seconds.load, run.seconds.encode, run.seconds.denoise, run.seconds.decode) > 0
    assert run.forwards == len(run.seconds.steps) == 3
    assert {"python", "torch", "diffusers", "transformers"} <= run.software.keys()
    assert run.picture == f"{run.run_id}.png"
    assert png is not None
    assert pixels_sha256(Image.open(io.BytesIO(png))) == run.pixels_sha256
    (tmp_path / run.picture).write_bytes(png)
    assert read_label(tmp_path / run.picture).run_id == run.run_id
    assert {p.phase for p in told} == {"load", "encode", "denoise", "decode"}


def test_the_model_is_loaded_once_and_the_pixels_repeat(engine, settings):
    first, _ = make(engine, settings())
    second, _ = make(engine, settings())
    assert second.seconds.load == second.seconds.encode == 0
    assert first.pixels_sha256 == second.pixels_sha256
    engine.free()
    assert engine.model is None
    third, _ = make(engine, settings())
    assert third.seconds.load > 0
    assert third.pixels_sha256 == first.pixels_sha256


def test_peak_memory_grows_with_the_picture(engine, settings):
    run, _ = make(engine, settings(num_inference_steps=1))
    if run.memory.host_peak is None:
        pytest.skip("this platform cannot tell peak memory")
    large, _ = make(engine, settings(num_inference_steps=1, width=1024, height=1024))
    assert large.memory.device_peak is None
    assert large.peak_memory_mib == large.memory.host_peak
    assert large.memory.host_peak > run.memory.host_peak + 50


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 528}, "size: 528x256 does not fit this model; each side is a multiple of 64 px"),
        ({"num_inference_steps": 0}, "steps: 0 is out of range"),
        ({"prompt": "  "}, "prompt: it is empty"),
        ({"prompt": "a\x1b[31mcat"}, "control character U+001B"),
        ({"sampler": "lms"}, "sampler: 'lms' is unknown"),
    ],
)
def test_bad_settings_are_refused_with_advice(engine, settings, change, words):
    run, png = make(engine, settings(**change))
    assert (run.outcome, png, run.picture, run.forwards) == ("refused", None, "", 0)
    assert words in run.reason


def test_a_model_that_cannot_be_loaded_is_refused_and_costs_not_the_loaded_one(engine, settings):
    make(engine, settings())
    run, png = make(engine, settings(), model="/no/such/folder")
    assert (run.outcome, run.model, png) == ("refused", None, None)
    assert "there is no folder" in run.reason
    assert "\n" not in run.reason
    again, _ = make(engine, settings())
    assert (again.outcome, again.seconds.load) == ("ok", 0)


def test_a_model_without_room_is_refused_with_figures_and_the_next_run_works(model_cache, settings, monkeypatch):
    fresh = Engine(model_cache, "cpu")
    with monkeypatch.context() as short:
        short.setattr("workshop_tui.worker.room.free_host_memory", lambda: 10 * 2**20)
        run, png = make(fresh, settings())
    assert (run.outcome, run.model, png) == ("refused", None, None)
    assert run.shortage is not None
    assert (run.shortage.place, run.shortage.free) == ("host", 10.0)
    assert "10 MB are free" in run.reason
    again, _ = make(fresh, settings())
    assert (again.outcome, again.shortage) == ("ok", None)


def test_reasons_do_not_show_the_home_folder(engine, settings, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "flux").mkdir()
    run, _ = make(engine, settings(), model=str(tmp_path / "flux"))
    assert run.reason.startswith("model: ~/flux holds no model_index.json")


def test_an_unknown_device_is_refused(model_cache, settings):
    run, _ = make(Engine(model_cache, "tpu"), settings())
    assert (run.outcome, run.model) == ("refused", None)
    assert "device: 'tpu' is unknown" in run.reason


def test_the_loaded_model_outlives_its_folder(engine, settings, copied_model):
    first, _ = make(engine, settings(), model=str(copied_model))
    shutil.rmtree(copied_model)
    second, _ = make(engine, settings(), model=str(copied_model))
    assert (second.outcome, second.pixels_sha256) == ("ok", first.pixels_sha256)


def test_cancel_in_mid_run(engine, settings):
    whole, _ = make(engine, settings())
    told: list[Progress] = []
    run, png = engine.run(
        ask(settings(num_inference_steps=60)), told.append, lambda: told[-1:] != [] and told[-1].step > 1
    )
    assert (run.outcome, run.reason, png) == ("cancelled", "Cancelled after 3 of 60 steps.", None)
    assert (run.forwards, len(run.seconds.steps)) == (3, 3)
    assert run.seconds.denoise > 0
    assert make(engine, settings())[0].pixels_sha256 == whole.pixels_sha256


def test_cancel_while_loading(engine, settings):
    engine.free()
    run, _ = engine.run(ask(settings()), lambda _progress: None, lambda: True)
    assert (run.outcome, run.model) == ("cancelled", None)
    assert engine.model is None


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has 1.00 GiB free."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: 99 bytes"),
    RuntimeError("could not create a primitive"),
    MemoryError(),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("phase", ["encode", "denoise", "decode"])
def test_out_of_memory_is_an_outcome_and_the_next_run_works(engine, settings, monkeypatch, error, phase):
    whole, _ = make(engine, settings("a monk"))

    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    pipe = engine._loaded.pipe  # type: ignore[union-attr]
    target = {
        "encode": (pipe, "encode_prompt"),
        "denoise": (pipe.transformer, "forward"),
        "decode": (pipe.vae, "decode"),
    }[phase]
    with monkeypatch.context() as patch:
        patch.setattr(*target, fail)
        run, png = make(engine, settings(f"a nun in {phase} {error}"[:40].replace("\n", " ")))
    assert (run.outcome, png) == ("out-of-memory", None)
    assert run.reason.startswith(f"Out of memory in {phase} at 256x256")
    assert run.reason.endswith(". Try a smaller size.")
    assert getattr(run.seconds, phase) > 0
    assert make(engine, settings("a monk"))[0].pixels_sha256 == whole.pixels_sha256


def test_real_want_of_memory_is_recognised():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60)
    assert is_out_of_memory(caught.value)
    assert not is_out_of_memory(RuntimeError("shapes do not match"))
    assert not is_out_of_memory(ValueError("out of memory"))


CAPPED = """
import resource, sys
from pathlib import Path
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.request import RunRequest

engine = Engine(Path(sys.argv[1]), "cpu")

def make(side):
    request = RunRequest("0" * 32, "0" * 32, Settings("a cat", width=side, height=side, num_inference_steps=1))
    run, png = engine.run(request, lambda progress: None, lambda: False)
    print(run.outcome, run.pixels_sha256 or run.reason, png is not None)

make(256)
data = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmData:"))
resource.setrlimit(resource.RLIMIT_DATA, (data + 50 * 2**20, resource.RLIM_INFINITY))
make(1024)
make(256)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces RLIMIT_DATA")
def test_a_real_limit_is_met_and_the_next_run_works(model_cache):
    done = subprocess.run(
        [sys.executable, "-c", CAPPED, str(model_cache)], capture_output=True, text=True, check=True, timeout=120
    )
    before, capped, after = done.stdout.splitlines()
    assert before.startswith("ok ")
    assert re.fullmatch(r"out-of-memory Out of memory in \w+ at 1024x1024: .* Try a smaller size\. False", capped)
    assert after == before


def test_a_bug_is_a_failed_run_that_points_to_the_log(engine, settings, monkeypatch, caplog):
    make(engine, settings())
    monkeypatch.setattr(engine_module, "sample", lambda *_, **__: 1 / 0)
    run, _ = make(engine, settings())
    assert run.outcome == "failed"
    assert run.reason.startswith("ZeroDivisionError in load: division by zero")
    assert "Traceback" in caplog.text


def test_a_broken_device_asks_for_a_new_worker(engine, settings, monkeypatch):
    make(engine, settings())

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    with monkeypatch.context() as patch:
        patch.setattr(engine_module, "sample", fail)
        run, _ = make(engine, settings())
    assert "a new one goes on" in run.reason
    assert engine.broken
    assert engine.model is None
    assert make(engine, settings())[0].outcome == "ok"
    engine.broken = False


def test_a_broken_device_is_asked_for_nothing_more(engine, settings, monkeypatch):
    make(engine, settings())

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(engine_module, "sample", fail)
    monkeypatch.setattr(engine_module, "clean_up", fail)
    batch = [ask(settings(seed=seed, guidance_scale=guidance)) for seed, guidance in ((1, 2.0), (1, 3.0))]
    parts = engine._run_parts([batch[:1], batch[1:]], lambda _progress: None, lambda: False, "")
    assert [run.outcome for run, _ in parts] == ["failed"]
    assert engine.broken
    engine.broken = False


def test_idle_weights_are_given_up(engine, settings):
    make(engine, settings())
    assert engine.unload_idle()
    assert engine.model is None
    assert not engine.unload_idle()


def test_nothing_is_printed(engine, settings, capfd):
    engine.free()
    make(engine, settings("wort " * 400))
    make(engine, settings(), model="/no/such/folder")
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err == ""
    assert Path("/no/such/folder").exists() is False
