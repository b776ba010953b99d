"""What a hand-in holds: the keys of its two TOML files."""

from typing import Literal, Self

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.choices import Limit
from workshop_tui.generation.presets import Preset, is_name, preset_of
from workshop_tui.notebook.entries import CheckState, TickState
from workshop_tui.text import plain_start

SCHEMA = 1
"""Version of both files; a newer one is never overwritten."""

PROFILE_FILE = "optimization-profile.toml"
CHECKLIST_FILE = "troubleshooting-checklist.toml"
REPORT_MD, REPORT_HTML = "report.md", "report.html"


class LessonRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which lesson, to the letter."""

    id: str
    title: str
    sha256: str
    """Over the lesson's files: equal values mean that equal texts and exercises were used."""


class GpuEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One GPU."""

    name: str = ""
    vram_mib: int = 0
    """0 where it is not known, or shared with the host."""


class HardwareEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The machine, without anything that says whose it is."""

    gpus: tuple[GpuEntry, ...] = ()
    gpu_message: str = ""
    """Why no GPU is listed."""
    driver: str = ""
    cpu: str = ""
    cpu_count: int = 0
    ram_mib: int = 0
    os: str = ""
    disk_free_gib: float = 0.0
    corrections: dict[str, str] = {}
    """What the learner wrote where something was found wrongly or not at all, by what it is: `gpu`, `cpu` and so on."""


class ModelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A model that made pictures cited here."""

    name: str
    family: str
    source: str
    """`built-in`, `hub` or `folder`."""
    practice: bool
    """True for the built-in model: its figures say nothing about FLUX.1 on this machine."""
    parameters: int
    revision: str = ""


class Measurement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One run of an exercise."""

    run_id: str
    exercise: str
    sweep: str
    outcome: str
    model: str
    device: str
    prompt: str
    num_inference_steps: int
    guidance_scale: float
    seed: int
    width: int
    height: int
    sampler: str
    forwards: int
    seconds: float
    """Encode, denoise and decode together; loading the model is not in it."""
    seconds_load: float
    peak_memory_mib: float = 0.0
    """0 where it could not be measured."""
    energy_j: float = 0.0
    """What the whole board used for it, J; 0 where it could not be measured."""
    throttled: dict[str, float] = {}
    """Share of the time, 0 to 1, that the GPU's clocks were held down, by reason; empty too where nobody can tell."""
    reason: str = ""
    """Why, where the outcome is not ok."""
    rework: Literal["", "final", "refined"] = ""
    """What it was made out of, if anything: `final` has more steps than its source, `refined` is it enlarged."""
    source_run_id: str = ""
    """The run that it was made out of."""
    strength: float | None = None
    """Of a refined one: the share of the steps that were made again."""
    batch: int = 1
    """Pictures made together with it."""
    cap_gib: float = 0.0
    """Memory that it was limited to, for a scenario, a search or by hand, GiB; 0 for all there was."""

    shared: bool = False
    """Whether a shared engine had made it for another learner: a measurement, but not this learner's."""

    @property
    def is_plain(self) -> bool:
        """Whether it can be held against others of its settings.

        It was made alone, out of no other, with all the memory, and for this learner.
        """
        return not self.rework and self.batch == 1 and not self.cap_gib and not self.shared

    negative_prompt: str = ""
    true_cfg_scale: float = 1.0
    walk_to: int | None = None
    walk: float = 0.0
    precision: str = "auto"
    """As asked for; what was used stands in `device`."""
    placement: str = "auto"
    quantization: str = "none"
    speed: str = "exact"
    block_cache: float = 0.0
    tiled_decode: bool = False
    pixels_sha256: str = ""
    """SHA-256 of the picture's RGB bytes; empty where there is no picture."""


class GoodSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that the learner found best in a sweep."""

    exercise: str
    sweep: str
    setting: str
    """The varied setting: steps, guidance, size, seed or sampler."""
    value: str
    runs: tuple[str, ...]
    """Ids of the measurements made with it."""


class PresetEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings that the learner keeps under a name."""

    name: str
    label: str
    note: str
    """What it is good for."""
    settings: dict[str, str | int | float | bool]
    """By diffusers' names; prompt and seed are not among them."""

    @classmethod
    def of(cls, preset: Preset) -> Self:
        """Return what a hand-in says of a preset."""
        return cls(preset.name, preset.label, preset.note, dict(preset.values))

    def read(self) -> Preset:
        """Return the preset itself.

        Raises:
            UserError: It is none: a key or a value is wrong, or a text cannot be shown.
        """
        if not is_name(self.name):
            raise UserError(f"preset: '{plain_start(self.name, 40)}' is no name.", "Leave it out.")
        try:
            return preset_of(self.name, {"label": self.label, "note": self.note, **self.settings})
        except ValueError as error:
            raise UserError(f"{error}.", "Leave it out.") from error


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One observation."""

    exercise: str
    part: str
    """The sweep, task or scenario."""
    field: str
    asked: str
    """The question, as the lesson puts it."""
    answer: str


class ExploredEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item of the optional exploration of which something was done."""

    id: str
    text: str
    """In the lesson's words."""
    done: tuple[str, ...]
    """In a few words each."""
    read: tuple[str, ...] = ()
    """What was read, in the lesson's words."""


class DiscoveryEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something unexpected that the learner saw."""

    title: str
    note: str = ""
    run_id: str = ""
    """The run that shows it, or empty."""


class FactEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measured fact that a scenario demands, as the screen showed it; empty where it is not known."""

    measure: str
    start: str
    reached: str
    wanted: str


class ScenarioEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario that something was made for."""

    exercise: str
    part: str
    title: str
    solved: bool
    start: tuple[str, ...]
    """Run ids of the bad state that it began with."""
    runs: tuple[str, ...]
    """Run ids of what solved it, else of what was made last."""
    facts: tuple[FactEntry, ...]


class BatchEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one batch took that fitted."""

    batch: int
    """Pictures made together."""
    seconds: float
    """A picture's, with all steps; calculated from one step where the batch was only tried."""
    peak_memory_mib: float = 0.0
    """0 where it could not be measured."""


class LimitEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The largest size or batch that was found to fit."""

    exercise: str
    part: str
    kind: Limit
    model: str
    size: str
    batch: int
    too_large: int = 0
    """The smallest that did not fit, px of a side or pictures at a time; 0 where none was met."""
    run_id: str = ""
    """The run, with all its steps, that confirms it, or empty."""
    batches: tuple[BatchEntry, ...] = ()
    """Of a search for a batch, in order."""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `optimization-profile.toml`."""

    schema: int
    kind: Literal["optimization-profile"]
    written: str
    """ISO 8601 in UTC."""
    program: str
    """The version of workshop-tui."""
    learner: str
    practice: bool
    """True while no picture cited here was made by a real FLUX.1."""
    missing: tuple[str, ...]
    """What is still to do for a complete hand-in."""
    improvements: tuple[str, ...]
    """Areas for improvement, at most three."""
    lesson: LessonRef
    hardware: HardwareEntry
    software: dict[str, str]
    """Version by package."""
    minutes: dict[str, float]
    """Minutes spent, by section."""
    suggested: tuple[int, ...] = ()
    """Which of the areas, from 1, are the program's suggestions, unchanged."""
    notes: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """What the learner noted, by section or page."""
    models: tuple[ModelEntry, ...] = ()
    presets: tuple[PresetEntry, ...] = ()
    good_settings: tuple[GoodSetting, ...] = ()
    observations: tuple[Answer, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    exploration: tuple[ExploredEntry, ...] = ()
    limits: tuple[LimitEntry, ...] = ()
    scenarios: tuple[ScenarioEntry, ...] = ()
    discoveries: tuple[DiscoveryEntry, ...] = ()


class TickEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A solution that the learner has tried."""

    solution: str
    """In the lesson's words."""
    state: TickState
    note: str = ""
    run_id: str = ""
    """The run that shows it, or empty."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One problem of the checklist."""

    id: str
    title: str
    level: Literal["common", "advanced", "own"]
    """`own` for one that the learner has added."""
    state: CheckState
    note: str
    run_id: str
    """The run that shows it, or empty."""
    symptoms: str
    solutions: tuple[str, ...]
    technique: str
    seen: tuple[str, ...] = ()
    """Runs in which the program itself saw it: out of memory, or a bad picture."""
    tried: tuple[TickEntry, ...] = ()


class Checklist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `troubleshooting-checklist.toml`."""

    schema: int
    kind: Literal["troubleshooting-checklist"]
    written: str
    program: str
    learner: str
    lesson: LessonRef
    problems: tuple[Entry, ...]
