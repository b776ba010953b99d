"""Loads a model as a run asks for it, and tells whether the loaded one serves the next."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, cast

import torch
from diffusers.pipelines.flux.pipeline_flux_img2img import FluxImg2ImgPipeline

from workshop_tui.generation.model_shape import ModelShape, find_shape
from workshop_tui.generation.planner import GIB, Pictures, Placement, predict, weights_of
from workshop_tui.generation.precision import SHORT, precision_note
from workshop_tui.generation.quantization import check_quantization
from workshop_tui.generation.record import ModelInfo, Placing
from workshop_tui.generation.settings import Settings
from workshop_tui.worker import device as devices
from workshop_tui.worker.assemble import PartKey, Plan, Spare, assemble, part_keys
from workshop_tui.worker.device import pick_precision
from workshop_tui.worker.families import family
from workshop_tui.worker.guidance import Paces
from workshop_tui.worker.placement import check_placement
from workshop_tui.worker.previews import ColourMap
from workshop_tui.worker.quiet import quiet_libraries
from workshop_tui.worker.room import Free, choose_rung, free_now
from workshop_tui.worker.sources import OnLoad, Source, find_model
from workshop_tui.worker.speed import Tuning

_ANY = Settings("")
"""Nothing asked for: the best device's own way."""


class Asked(NamedTuple):
    """What a model was loaded for."""

    name: str
    placement: str
    """`auto` where it was left open, and so for the quantization."""
    quantization: str
    cap: float | None


@dataclass
class LoadedModel:
    """A pipeline on its device, and what stays true for all its runs."""

    pipe: Any
    """The `FluxPipeline`."""
    info: ModelInfo
    placing: Placing
    device: torch.device
    """Where it computes."""
    shape: ModelShape
    asked: Asked
    """What it was loaded for."""
    scheduler_config: Mapping[str, Any]
    """Of the scheduler that came with the model; each run builds its own from it."""
    prompts: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    """Prompts encoded before, the latest last."""
    decode_rate: float | None = None
    """Seconds that the last decode took per megapixel, for the time that is left."""
    tuning: Tuning = field(default_factory=Tuning)
    colours: ColourMap = field(default_factory=ColourMap)
    paces: Paces = field(default_factory=Paces)
    notes: tuple[str, ...] = ()
    """What the device does badly in this precision."""
    keys: Mapping[str, PartKey] = field(default_factory=dict)
    """Whence its parts came and how they lie."""

    def serves(self, name: str, settings: Settings, batch: int = 1) -> bool:
        """Tell whether pictures can be made with the model as it lies; otherwise it must be loaded anew.

        Args:
            name: Of the model that is asked for.
            settings: How it shall be loaded, and the pictures' size. Its device can do the placement: `pick_place`.
            batch: Pictures at a time.
        """
        if name != self.asked.name or (self.tuning.eight_bit and settings.speed != "fast"):
            return False
        placement = self.placing.placement
        if settings.placement not in (placement, self.asked.placement) and self.device.type != "cpu":
            return False
        if pick_precision(self.device, settings.precision) != getattr(torch, self.placing.precision):
            return False
        if settings.quantization not in (self.quantization, self.asked.quantization):
            return False
        return settings.placement != "auto" or self.device.type != "cuda" or self._fits(settings, batch) != "no"

    def spare(self) -> Spare:
        """Give this model up, and return its parts but the transformer: what the next one has alike is not loaded anew.

        Offload by layers leaves a part's weights in pieces: then there are none.
        """
        placement = self.placing.placement
        if placement not in ("gpu", "cpu", "model-offload"):
            return Spare()
        if placement == "model-offload":
            self.pipe.remove_all_hooks()
        parts = {name: (key, getattr(self.pipe, name)) for name, key in self.keys.items()}
        weights = weights_of(self.shape, SHORT[self.placing.precision], self.quantization).of(self.shape)
        held = sum(weights.get(name, 0) for name in parts)
        return Spare(parts, Free(held, 0) if placement == "gpu" else Free(0, held))

    def needs_tiles(self, settings: Settings) -> bool:
        """Tell whether a picture of this size is better decoded in tiles from the start: only so it fits the GPU."""
        return self.device.type == "cuda" and self._fits(settings, 1) == "tiled"

    @property
    def quantization(self) -> str:
        """As settings name it; a GGUF file's own is none that can be asked for."""
        return "none" if self.shape.stored else self.placing.quantization

    def _fits(self, settings: Settings, batch: int) -> Literal["yes", "tiled", "no"]:
        most = GIB * self.asked.cap if self.asked.cap else float("inf")
        free = min((free_now(self.device).vram or 0) + torch.cuda.memory_allocated(self.device), most)
        weights = weights_of(self.shape, SHORT[self.placing.precision], self.quantization)
        placement = cast("Placement", self.placing.placement)
        for tiled in (False, True):
            pictures = Pictures(settings.width, settings.height, batch)
            if predict(self.shape, pictures, placement, weights, tiled=tiled).device <= free:
                return "tiled" if tiled else "yes"
        return "no"

    @cached_property
    def refiner(self) -> Any:
        """A `FluxImg2ImgPipeline` of the same components: it holds no second copy of a weight."""
        refiner = FluxImg2ImgPipeline(**self.pipe.components)
        refiner.set_progress_bar_config(disable=True)
        return refiner


def find_source(name: str, settings: Settings, where: torch.device) -> Source:
    """Return where a model's weights lie.

    Raises:
        UserError: There is no such model, or it cannot be quantized as it is asked for.
    """
    source = find_model(name)
    source.refuse_quantizing(settings.quantization)
    own = source.quantization or settings.quantization
    check_quantization(own, "cpu" if where.type == "cpu" else settings.placement, where.type)
    return source


def load_model(
    name: str,
    settings: Settings = _ANY,
    *,
    device: str | None = None,
    cap: float | None = None,
    batch: int = 1,
    spare: Spare | None = None,
    on_progress: OnLoad,
) -> LoadedModel:
    """Load a model as a run asks for it.

    Args:
        name: `small-flux`, a diffusers folder, a file, or a hub id.
        settings: Precision, placement and quantization, and the size, which decides what fits.
        device: `cuda`, `cuda:N`, `mps` or `cpu`; None takes the best one there is.
        cap: GiB of memory that count as free; None for all that is.
        batch: Pictures at a time.
        spare: Of the model before; what is alike is taken, the rest is dropped.
        on_progress: Told what is being loaded.

    Raises:
        UserError: No such model or device on this machine, another family, a file that is missing or damaged, or
            settings that the device cannot do or that do not go together.
        NoRoomError: There is too little memory.
        WorkshopError: A file of the built-in model is missing or damaged.
    """
    quiet_libraries()
    where = pick_place(settings, device)
    dtype = pick_precision(where, settings.precision)
    source = find_source(name, settings, where)
    parameters = source.check()
    shape = find_shape(name)
    precision = SHORT[str(dtype).removeprefix("torch.")]
    spare = spare or Spare()
    rung = choose_rung(source.label, shape, settings, batch, where, precision, cap, spare.held)
    own = source.quantization or rung.quantization
    plan = Plan(where, dtype, rung.placement, own)
    pipe = assemble(source, parameters, plan, spare, on_progress)
    config = pipe.transformer.config
    note = precision_note(settings.precision, where.type, native_bf16=devices.has_native_bf16(where))
    return LoadedModel(
        pipe=pipe,
        info=ModelInfo(
            name=source.label,
            source=source.kind,
            practice=source.kind == "built-in",
            family=family(config, source.kind == "built-in"),
            size_unit=pipe.vae_scale_factor * 2,
            parameters=sum(parameters.values()),
            revision=source.revision,
        ),
        placing=Placing(
            device=where.type,
            device_name=devices.device_name(where),
            precision=str(dtype).removeprefix("torch."),
            placement=rung.placement,
            quantization=own,
        ),
        device=where,
        shape=shape,
        asked=Asked(name, settings.placement, settings.quantization, cap),
        scheduler_config=pipe.scheduler.config,
        notes=(note,) if note else (),
        keys=part_keys(source, plan),
    )


def pick_place(settings: Settings, device: str | None) -> torch.device:
    """Return where a model that is asked for so computes.

    Args:
        settings: The placement is looked at.
        device: As for `load_model`.

    Raises:
        UserError: No such device, or one that cannot do that placement.
    """
    where = devices.pick_device("cpu" if settings.placement == "cpu" else device)
    check_placement(settings.placement, where)
    return where
