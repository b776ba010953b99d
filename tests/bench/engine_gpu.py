"""The engine's benchmarks on a GPU, for `python -m tests.bench.engine --gpu`; on a CPU they run, and tell nothing."""

import gc
import itertools
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from tests.bench.engine import CELLS, GUIDANCE, STEPS
from tests.bench.ways import PROGRAM, PROMPT, SCRIPT, Bench, in_turn
from workshop_tui.generation.cards import CARDS
from workshop_tui.generation.model_shape import find_shape
from workshop_tui.generation.planner import Pictures, predict, weights_of
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.device import free_memory, synchronize
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.measure import MIB
from workshop_tui.worker.request import RunRequest

PEAKS = {card.label: card.tflops for card in CARDS.values()} | {"B200": 2250, "A10": 125}
"""Dense bfloat16 with float32 sums, TFLOP/s, from NVIDIA's data sheets; the first name that fits counts."""
SHORT = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16"}


def _settings(bench: Bench, **changes: Any) -> Settings:
    side = 1024 if torch.cuda.is_available() else 256
    return Settings(
        PROMPT, **{"num_inference_steps": 4 if bench.short else 28, "width": side, "height": side, **changes}
    )


def _make(engine: Engine, bench: Bench, settings: Settings) -> Run:
    request = RunRequest(uuid.uuid4().hex, uuid.uuid4().hex, settings, bench.model)
    run = engine.run(request, lambda _progress: None, lambda: False)[0]
    if run.outcome not in ("ok", "bad-picture"):  # random weights may draw anything
        raise RuntimeError(f"{settings.words}: {run.outcome}: {run.reason}")
    return run


def speeds(bench: Bench) -> None:
    """Exact, compiled and fast beside the bare pipeline in the same precision, loading and compiling not counted."""
    engine = Engine(bench.scratch / "cache")
    plain = _settings(bench)

    def ours(speed: str) -> Callable[[], float]:
        def make() -> float:
            settings = _settings(bench, speed=speed)
            run = _make(engine, bench, settings)
            if run.seconds.load:  # then clocks and caches are cold as well
                run = _make(engine, bench, settings)
            return run.seconds.making

        return make

    def bare() -> float:
        assert engine._loaded  # the exact run before has loaded it
        model = engine._loaded
        began = time.perf_counter()
        model.pipe(
            PROMPT,
            width=plain.width,
            height=plain.height,
            num_inference_steps=plain.num_inference_steps,
            generator=torch.Generator("cpu").manual_seed(0),
            max_sequence_length=model.shape.text_tokens,
        )
        synchronize(model.device)
        return time.perf_counter() - began

    ways = {"exact": ours("exact"), "bare": bare, "compiled": ours("compiled"), "fast": ours("fast")}
    times = in_turn(bench.rounds, ways)
    for name, taken in times.items():
        bench.median(f"a picture, {name}", taken)
    for name, goal in (("exact", 1.0), ("compiled", 1.3), ("fast", 2.0)):
        bench.compare(f"bare / {name}", times["bare"], times[name], goal, most=False)
    bench.tell(f"fast: {_make(engine, bench, _settings(bench, speed='fast')).reason}")
    exact = _make(engine, bench, plain)
    _limit(bench, engine, exact, _make(engine, bench, _settings(bench, speed="compiled")))


def _limit(bench: Bench, engine: Engine, *runs: Run) -> None:
    """Tell how far forwards are from what the card can compute."""
    assert engine._loaded
    counter = FlopCounterMode(display=False)
    with counter:
        _make(engine, bench, _settings(bench, num_inference_steps=1))
    by_module = counter.get_flop_counts()
    flops = sum(by_module.get("FluxTransformer2DModel", {}).values())
    bench.tell(f"{'a forward':40} {flops / 1e12:.2f} TFLOP")
    card = engine._loaded.placing.device_name
    peak = next((peak for name, peak in PEAKS.items() if all(word in card for word in name.split())), None)
    for run in runs:
        seconds = run.seconds.denoise / run.forwards
        speed = run.placing.speed if run.placing else ""
        if peak:
            bench.compare(f"{speed} forward / limit of {card}", [seconds], [flops / peak / 1e12], 1.3, most=True)
        else:
            bench.tell(f"{speed}: {flops / seconds / 1e12:.3f} TFLOP/s; no figure for {card}")


def offload(bench: Bench) -> None:
    """Nine cells under model offload, from the command line, beside the plain script that offloads as well."""
    if not torch.cuda.is_available():
        bench.tell("offload: there is no GPU")
        return

    def ours() -> float:
        axes = ["--vary", f"steps={','.join(map(str, STEPS))}", "--vary", f"guidance={','.join(map(str, GUIDANCE))}"]
        where = ["--out", f"{bench.scratch}/out", "--force", "--placement", "model-offload", "--size", "1024x1024"]
        began = time.perf_counter()
        bench.run(PROGRAM, "sweep", PROMPT, *axes, "--seed", "42", *where)
        took = time.perf_counter() - began
        bench.run(PROGRAM, "worker", "stop")
        return took

    def script() -> None:
        bench.run(sys.executable, SCRIPT, bench.folder, str(bench.scratch), "--offload", *CELLS)

    free_memory()
    times = in_turn(bench.rounds, {"sweep, model-offload": ours, "script, model-offload": script})
    for name, taken in times.items():
        bench.median(f"9 cells, {name}", taken)
    bench.compare("offload: script / sweep", times["script, model-offload"], times["sweep, model-offload"], 1.3, False)


def planner(bench: Bench) -> None:
    """The planner's peaks beside the measured ones: placements, quantizations and sizes."""
    on_gpu = torch.cuda.is_available()
    placements = ("gpu", "model-offload", "group-offload", "sequential-offload") if on_gpu else ("cpu",)
    sides = (512, 1024, 1536) if on_gpu else (256, 512)
    combinations = [*itertools.product(placements, ("none",), sides)]
    combinations += [*itertools.product(placements[:2], ("bnb-nf4", "torchao-int8"), sides[:2])]
    shape = find_shape(bench.model)
    worst = 0.0
    for placement, quantization, side in combinations:
        engine = Engine(bench.scratch / "cache")
        asked = {"placement": placement, "quantization": quantization, "width": side, "height": side}
        try:
            run = _make(engine, bench, _settings(bench, num_inference_steps=2, **asked))
        except RuntimeError as error:
            bench.tell(f"{placement}, {quantization}, {side} px: {error}")
            continue
        finally:
            engine.free()
            gc.collect()
        assert run.placing
        weights = weights_of(shape, SHORT[run.placing.precision], quantization)
        need = predict(shape, Pictures(side, side), run.placing.placement, weights)  # type: ignore[arg-type]
        planned, measured = (need.device if on_gpu else need.host) / MIB, run.peak_memory_mib or 0.0
        off = planned / measured - 1 if measured else 0.0
        worst = max(worst, abs(off))
        bench.tell(
            f"{placement}, {quantization}, {side} px: planned {planned:,.0f}, measured {measured:,.0f}, {off:+.0%}"
        )
    bench.tell(f"{'planner, largest error':40} {worst:.0%}; goal at most 10%: {'met' if worst <= 0.1 else 'missed'}")


def cap(bench: Bench) -> None:
    """A picture of 1024x1024 px in simulated 6 GiB."""
    free_memory()
    began = time.perf_counter()
    try:
        bench.run(PROGRAM, "generate", PROMPT, "--cap", "6", "--size", "1024x1024", "--steps", "4")
        bench.tell(f"{'6 GiB, 1024x1024, 4 steps':40} {time.perf_counter() - began:.1f} s: met")
    except RuntimeError as error:
        bench.tell(f"{'6 GiB, 1024x1024, 4 steps':40} missed: {error}")
    finally:
        bench.run(PROGRAM, "worker", "stop")


PARTS: dict[str, Callable[[Bench], None]] = {"speeds": speeds, "offload": offload, "planner": planner, "cap": cap}
