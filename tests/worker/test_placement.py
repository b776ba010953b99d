"""Where a model lies: each offload gives the plain pixels, and what cannot be done is refused before loading.

There need be no GPU: the libraries' hooks move parts between two places that are both main memory.
"""

import pytest
import torch
from accelerate import cpu_offload

from workshop_tui.errors import UserError
from workshop_tui.generation.record import Placing
from workshop_tui.generation.settings import Settings
from workshop_tui.worker import pipeline, room
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.pipeline import load_model
from workshop_tui.worker.placement import OFFLOADS, check_placement, place
from workshop_tui.worker.progress import Progress
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.room import NoRoomError, choose_rung, what_next
from workshop_tui.worker.sample import sample
from workshop_tui.worker.stopwatch import Stopwatch

CPU, CUDA, MPS = (torch.device(name) for name in ("cpu", "cuda", "mps"))
GIB = 2**30


def load(**settings):
    return load_model("small-flux", Settings("", **settings), device="cpu", on_progress=lambda *_: None)


def pixels(model, settings):
    made, _ = sample(model, [settings], Stopwatch(), lambda _: None, lambda: False)
    return made[0].picture.tobytes()


def lay(pipe, placement, quantization):
    """Place a pipeline; accelerate mistakes diffusers' `cpu:0` for another device, so it is called directly."""
    if placement != "sequential-offload":
        place(pipe, placement, CPU, quantization)
        return
    for part in (pipe.text_encoder, pipe.text_encoder_2, pipe.transformer, pipe.vae):
        cpu_offload(part, CPU, offload_buffers=len(part._parameters) > 0)


@pytest.mark.parametrize("placement", OFFLOADS)
@pytest.mark.parametrize("quantization", ["none", "torchao-int8"])
def test_offloads_give_the_plain_pixels_twice(settings, placement, quantization):
    wanted = pixels(load(quantization=quantization), settings())
    model = load(quantization=quantization)
    lay(model.pipe, placement, quantization)
    assert pixels(model, settings()) == wanted
    assert pixels(model, settings()) == wanted
    assert pixels(model, settings("another prompt")) != wanted


def test_a_tiled_decode_goes_with_offload(settings):
    wanted = pixels(load(), settings(width=768, height=512, tiled_decode=True))
    model = load()
    place(model.pipe, "group-offload", CPU, "none")
    assert pixels(model, settings(width=768, height=512, tiled_decode=True)) == wanted


@pytest.mark.parametrize("placement", ["gpu", *OFFLOADS])
def test_without_a_gpu_a_placement_on_one_is_refused_and_says_what_works(monkeypatch, placement):
    monkeypatch.setattr(pipeline, "assemble", lambda *_: pytest.fail("it was loaded"))
    with pytest.raises(UserError, match=f"placement: {placement} needs a GPU, and there is none") as caught:
        load(placement=placement)
    assert caught.value.hint == "Choose cpu, or auto."


def test_an_apple_gpu_has_nothing_to_offload_to():
    check_placement("gpu", MPS)
    with pytest.raises(UserError, match="gains nothing on an Apple GPU"):
        check_placement("model-offload", MPS)


@pytest.mark.parametrize(
    ("precision", "dtype", "note"),
    [("auto", "float32", ""), ("fp32", "float32", ""), ("bf16", "bfloat16", "slowly"), ("fp16", "float16", "overflow")],
)
def test_every_precision_makes_a_picture_and_says_what_it_does_badly(settings, precision, dtype, note):
    model = load(precision=precision)
    assert model.placing.precision == dtype
    assert model.pipe.transformer.dtype == getattr(torch, dtype)
    assert note in " ".join(model.notes)
    assert bool(model.notes) is bool(note)
    assert pixels(model, settings(num_inference_steps=1))


def request(run, **settings):
    wanted = {"width": 256, "height": 256, "num_inference_steps": 1, **settings}
    return RunRequest(f"{run:032x}", "a" * 32, Settings("a robot", **wanted))


def test_only_what_changed_is_loaded_anew_and_records_say_what_was_used(model_cache):
    engine = Engine(model_cache, "cpu")
    loads: list[str] = []

    def told(progress: Progress) -> None:
        if progress.message == "loading transformer":
            loads.append(progress.message)

    def make(number, **settings):
        [(run, _)] = engine.run_batch([request(number, **settings)], told, lambda: False)
        return run, len(loads)

    first, count = make(1)
    assert (first.placing.placement, first.placing.precision, first.placing.quantization, count) == (
        *("cpu", "float32", "none"),
        1,
    )
    assert 0 <= first.memory.encode_peak <= first.memory.host_peak  # 0 where earlier tests' memory sufficed
    again, _ = make(9)
    assert again.memory.encode_peak is None  # the prompt was encoded before
    assert make(2, placement="cpu", precision="fp32", seed=3)[1] == 1
    run, count = make(3, precision="bf16")
    assert (run.placing.precision, count) == ("bfloat16", 2)
    assert run.reason.startswith("bf16: half the memory")
    run, count = make(4, quantization="torchao-int8")
    assert (run.outcome, run.placing.quantization, count) == ("ok", "torchao-int8", 3)
    run, count = make(5, placement="model-offload")
    assert (run.outcome, count) == ("refused", 3)
    assert run.reason == "placement: model-offload needs a GPU, and there is none. Choose cpu, or auto."


def on_a_card(monkeypatch, vram, ram=64):
    """Stands in for a GPU's free memory, which this test cannot count on."""
    monkeypatch.setattr(room, "free_device_memory", lambda _device: vram * GIB)
    monkeypatch.setattr(room, "free_host_memory", lambda: ram * GIB)
    monkeypatch.setattr(room, "gpu_takers", lambda _device: ["40.0 GB by others and the driver"])


def test_auto_takes_the_fastest_rung_for_the_free_memory(dev, monkeypatch):
    def rung(vram, cap=None, size=1024, batch=1, **settings):
        on_a_card(monkeypatch, vram)
        wanted = Settings("", width=size, height=size, **settings)
        return choose_rung("FLUX.1 [dev]", dev, wanted, batch, CUDA, "bf16", cap)

    assert rung(79).placement == "gpu"
    assert rung(79, cap=24).placement == "model-offload"
    assert rung(23.5).placement == "model-offload"
    assert rung(8).placement == "group-offload"
    assert rung(5).tiled
    assert rung(23.5, quantization="auto").quantization == "torchao-int8"
    assert rung(79, placement="sequential-offload").placement == "sequential-offload"
    assert rung(38, size=1024).placement == "gpu"
    assert rung(33.5, size=1024).tiled
    assert rung(33.5, size=2048, batch=2).placement == "model-offload"


def test_no_room_names_what_is_needed_who_holds_it_and_what_would_fit(dev, monkeypatch):
    on_a_card(monkeypatch, 24)
    with pytest.raises(NoRoomError) as caught:
        choose_rung("FLUX.1 [dev]", dev, Settings("", placement="gpu"), 1, CUDA, "bf16")
    message = caught.value.message
    assert message.startswith(
        "model: FLUX.1 [dev] needs 38.6 GB of GPU memory (33.7 GB of weights, 4.8 GB to work with"
    )
    assert "25.8 GB are free. Taken: 40.0 GB by others" in message
    assert message.endswith(
        "This fits: placement gpu, quantization torchao-int8 (20.9 GiB of GPU memory and 12.1 GiB of main memory)."
    )
    assert caught.value.shortage.place == "gpu"
    on_a_card(monkeypatch, 80, ram=8)
    with pytest.raises(NoRoomError, match=r"needs 23\.8 GB of host memory; 8\.6 GB are free"):
        choose_rung("FLUX.1 [dev]", dev, Settings(""), 1, CUDA, "bf16")


def test_after_running_out_of_memory_the_next_way_is_named(dev, monkeypatch):
    on_a_card(monkeypatch, 24)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda _device: 0)
    words = what_next(dev, Settings(""), CUDA, Placing("cuda", "RTX 4090", "bfloat16", "model-offload"))
    assert words.startswith("The next that fits: ")
    assert "quantization" in words


@pytest.mark.parametrize("placement", ["gpu", *OFFLOADS])
def test_what_a_loaded_model_cannot_do_is_refused_and_it_stays_loaded(model_cache, placement):
    engine = Engine(model_cache, "cpu")

    def make(number, **settings):
        [(run, _)] = engine.run_batch([request(number, **settings)], lambda _: None, lambda: False)
        return run

    assert make(1).outcome == "ok"
    run = make(2, placement=placement)
    assert run.outcome == "refused"
    assert run.reason == f"placement: {placement} needs a GPU, and there is none. Choose cpu, or auto."
    again = make(3, placement="cpu")
    assert (again.outcome, again.seconds.load) == ("ok", 0)


def test_a_model_is_loaded_ahead_where_none_is_and_why_not_goes_to_the_log(model_cache, caplog):
    engine = Engine(model_cache, "cpu")
    said: list[str] = []

    def ahead(name, **settings):
        engine.load_ahead(name, Settings("", **settings), lambda p: said.append(p.message), lambda: False)
        return engine.model and engine.model.name

    assert ahead("/no/such/model") is None
    assert "/no/such/model is not loaded ahead: model:" in caplog.text
    assert ahead("small-flux", placement="gpu") is None
    assert "needs a GPU" in caplog.text
    assert ahead("small-flux", precision="bf16") == "small-flux (built in)"
    assert "loading transformer" in said
    assert ahead("/no/such/model") == "small-flux (built in)"
    [(run, _)] = engine.run_batch([request(1, precision="bf16")], lambda _: None, lambda: False)
    assert (run.outcome, run.placing.precision, run.seconds.load) == ("ok", "bfloat16", 0)
