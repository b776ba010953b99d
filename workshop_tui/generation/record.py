"""A run: one generation, measured. It travels from worker to spool to notebook to hand-in unchanged."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from workshop_tui.generation.settings import Settings
from workshop_tui.generation.usage import Usage

Outcome = Literal["ok", "bad-picture", "out-of-memory", "cancelled", "failed", "refused"]
"""`bad-picture` is one that came out black, in one colour, or with values that are no numbers; it is kept to look at.
`refused` is a request that cannot be done as asked (a missing model, a size that does not fit); `failed` is ours."""

Phase = Literal["queue", "load", "encode", "denoise", "decode"]

ModelSource = Literal["built-in", "hub", "folder", "file"]
"""`file` is a single file with the transformer alone, the other parts of which came from another FLUX.1."""


class ModelInfo(msgspec.Struct, frozen=True):
    """Which model made a picture."""

    name: str
    """What screens show: `small-flux (built in)`, a hub id, or the name of a folder or file, without its path."""
    source: ModelSource
    practice: bool
    """True for the built-in model: its results say nothing about real FLUX.1."""
    family: str
    """`FLUX.1 [dev]`, `FLUX.1 [schnell]` or `small-flux`: told by the transformer's configuration."""
    size_unit: int
    """Both sides of a picture are multiples of this, px."""
    parameters: int
    """Of all components together."""
    revision: str = ""
    """The hub commit or the built-in model's version; empty where there is none."""


class Placing(msgspec.Struct, frozen=True):
    """Where and how the model ran."""

    device: str
    """`cuda`, `mps` or `cpu`."""
    device_name: str
    """The GPU's or the processor's name."""
    precision: str
    """`bfloat16`, `float16` or `float32`."""
    placement: str = "gpu"
    """As it really was: never `auto`. The same holds for what follows."""
    quantization: str = "none"
    speed: str = "exact"
    cap_gib: float | None = None
    """The memory that was simulated; None where all of the machine's could be used."""

    @property
    def words(self) -> str:
        """What made it, in a few words: `cuda, bfloat16, model-offload, simulated 6 GiB`."""
        parts = [self.device, self.precision]
        parts += [self.placement] if self.placement not in ("gpu", "cpu") else []
        parts += [self.quantization] if self.quantization != "none" else []
        parts += [self.speed] if self.speed != "exact" else []
        parts += [f"simulated {self.cap_gib:g} GiB"] if self.cap_gib else []
        return ", ".join(parts)


class Timing(msgspec.Struct, frozen=True):
    """Seconds of one run by phase; a phase that did not happen, or was shared with an earlier run, took 0."""

    queue: float = 0.0
    load: float = 0.0
    encode: float = 0.0
    denoise: float = 0.0
    decode: float = 0.0
    steps: tuple[float, ...] = ()
    """Each denoising step's own time, s."""

    @property
    def making(self) -> float:
        """Seconds that the picture itself took: encode, denoise and decode."""
        return self.encode + self.denoise + self.decode

    @property
    def repeat(self) -> float:
        """What one more picture with the same prompt takes: without loading and encoding."""
        return self.denoise + self.decode

    @property
    def is_warm_up(self) -> bool:
        """Whether more was done than a repeat does: the model loaded, or the prompt encoded."""
        return bool(self.load or self.encode)


class Memory(msgspec.Struct, frozen=True):
    """Peak memory of one run, MiB; None where the platform cannot tell."""

    device_peak: float | None = None
    """The device allocator's peak; None on the CPU."""
    device_reserved: float | None = None
    host_peak: float | None = None
    """Highest resident memory of the worker less the bare worker's before any model was loaded."""
    encode_peak: float | None = None
    """The peak while prompts were encoded, of the device, on the CPU of the host; None where none was encoded."""


class Shortage(msgspec.Struct, frozen=True):
    """Memory that was short for loading a model, found before it was loaded."""

    place: Literal["gpu", "host"]
    needed: float
    """MiB."""
    free: float
    """MiB."""


class Origin(msgspec.Struct, frozen=True):
    """What a run was made for; all empty for a picture made by command."""

    lesson: str = ""
    exercise: str = ""
    sweep: str = ""
    """The sweep's id within the exercise."""
    cell: int = 0
    """Place within the sweep, from 0; in a search for a limit the size (px of a side) or batch that is tried."""
    is_try: bool = False
    """Whether it only tries whether the memory suffices: nothing is kept of its picture."""
    model: str = ""
    """In a search, whose limit is looked for, as it was asked for: a run that found no memory names no model."""


class Rework(msgspec.Struct, frozen=True):
    """What a run was made out of: an earlier run of the same learner."""

    kind: Literal["final", "refined"]
    """`final`: the same noise and words with more steps. `refined`: the source's picture enlarged, partly covered with
    noise, and denoised again."""
    source: str
    """Run id."""
    strength: float | None = None
    """Of a refined picture, 0 to 1: the share of the steps that are made again; None for a final one."""

    def steps(self, num_inference_steps: int) -> int:
        """Return the denoising steps that are really made, counted as `FluxImg2ImgPipeline.get_timesteps` does."""
        if self.strength is None:
            return num_inference_steps
        again = min(num_inference_steps * self.strength, num_inference_steps)
        return num_inference_steps - int(max(num_inference_steps - again, 0))


class Run(msgspec.Struct, frozen=True):
    """One generation, measured."""

    run_id: str
    """32 hex digits, given by whoever asked."""
    job_id: str
    """Runs asked for together share it."""
    settings: Settings
    outcome: Outcome
    started: str
    """ISO 8601 in UTC."""
    model: ModelInfo | None = None
    """None where the model could not be loaded."""
    placing: Placing | None = None
    reason: str = ""
    """Why, where the outcome is not ok; what was noteworthy, where it is."""
    seconds: Timing = Timing()
    memory: Memory = Memory()
    forwards: int = 0
    """Transformer forwards (NFE) made."""
    batch: int = 1
    """Pictures that were made together; seconds are then the batch's, shared equally, and memory is all of it."""
    picture: str = ""
    """The picture's file name, empty where there is none."""
    pixels_sha256: str = ""
    """SHA-256 of the picture's RGB bytes: equal pixels give equal values, whatever the PNG's text says."""
    origin: Origin = Origin()
    software: dict[str, str] = {}
    """Version by package."""
    rework: Rework | None = None
    """What it was made out of; None for a picture made from its settings alone."""
    shortage: Shortage | None = None
    """What was short, of a run that was refused because its model had no room; such a run may be asked for again."""
    shared: bool = False
    """Whether it was made for another learner of a shared engine, who had asked for the same: not measured here."""
    usage: Usage | None = None
    """What it drew from the machine; None of a run that an older version made, or that was never begun."""

    @property
    def ended(self) -> datetime:
        """When it was over."""
        took = timedelta(seconds=self.seconds.load + self.seconds.making)
        return datetime.fromisoformat(self.started) + took

    @property
    def peak_memory_mib(self) -> float | None:
        """The peak that decides whether the run fits: the device's, on the CPU the host's."""
        return self.memory.device_peak if self.memory.device_peak is not None else self.memory.host_peak
