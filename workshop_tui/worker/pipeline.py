"""Loads a `FluxPipeline` part by part, from safetensors only, and refuses what is not whole."""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import transformers
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline
from diffusers.pipelines.flux.pipeline_flux_img2img import FluxImg2ImgPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

from workshop_tui.errors import UserError
from workshop_tui.generation.model_files import WEIGHTS
from workshop_tui.generation.record import ModelInfo, Placing
from workshop_tui.worker import device as devices
from workshop_tui.worker.checkpoint import load_transformer, shipped_scheduler
from workshop_tui.worker.failures import first_sentence, is_out_of_memory
from workshop_tui.worker.families import family, longest_sequence
from workshop_tui.worker.previews import ColourMap
from workshop_tui.worker.quiet import quiet_libraries
from workshop_tui.worker.room import check_memory
from workshop_tui.worker.sources import OnLoad, Source, find_model
from workshop_tui.worker.speed import Tuning

_CLASSES: dict[str, Any] = {
    "text_encoder": transformers.CLIPTextModel,
    "text_encoder_2": transformers.T5EncoderModel,
    "transformer": FluxTransformer2DModel,
    "vae": AutoencoderKL,
}
_TOKENIZERS: dict[str, Any] = {"tokenizer": transformers.CLIPTokenizer, "tokenizer_2": transformers.T5Tokenizer}
_log = logging.getLogger(__name__)


@dataclass
class LoadedModel:
    """A pipeline on its device, and what stays true for all its runs."""

    pipe: Any
    """The `FluxPipeline`."""
    info: ModelInfo
    placing: Placing
    device: torch.device
    scheduler_config: Mapping[str, Any]
    """Of the scheduler that came with the model; each run builds its own from it."""
    max_sequence_length: int
    """T5 tokens that a prompt is read and padded to."""
    prompts: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    """Prompts encoded before, the latest last."""
    decode_rate: float | None = None
    """Seconds that the last decode took per megapixel, for the time that is left."""
    tuning: Tuning = field(default_factory=Tuning)
    colours: ColourMap = field(default_factory=ColourMap)

    @cached_property
    def refiner(self) -> Any:
        """A `FluxImg2ImgPipeline` of the same components: it holds no second copy of a weight."""
        refiner = FluxImg2ImgPipeline(**self.pipe.components)
        refiner.set_progress_bar_config(disable=True)
        return refiner


def load_model(name: str, *, cache: Path, device: str | None = None, on_progress: OnLoad) -> LoadedModel:
    """Load a model onto a device.

    Args:
        name: `small-flux`, a diffusers folder, a file, or a hub id.
        cache: The program's cache folder.
        device: `cuda`, `cuda:N`, `mps` or `cpu`; None takes the best one there is.
        on_progress: Told what is being loaded.

    Raises:
        UserError: No such model or device on this machine, another family, or a file that is missing or damaged.
        NoRoomError: There is too little memory.
        WorkshopError: The cache cannot be written.
    """
    quiet_libraries()
    where = devices.pick_device(device)
    dtype = devices.pick_precision(where)
    source = find_model(name, cache, on_progress)
    parameters = source.check()
    check_memory(source.label, parameters, where, dtype)
    pipe = _assemble(source, parameters, where, dtype, on_progress)
    config = pipe.transformer.config
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
            placement="cpu" if where.type == "cpu" else "gpu",
            quantization=source.quantization or "none",
        ),
        device=where,
        scheduler_config=pipe.scheduler.config,
        max_sequence_length=longest_sequence(config),
    )


def _assemble(
    source: Source, parameters: Mapping[str, int], device: torch.device, dtype: torch.dtype, on_progress: OnLoad
) -> FluxPipeline:
    """Load the seven components and put them together; the bar's share of each is its share of the parameters."""
    components: dict[str, Any] = {}
    folder = source.folder
    total, done = sum(parameters.values()), 0
    for component, tokenizer in _TOKENIZERS.items():
        on_progress(f"loading {component}", 0.0)
        components[component] = _load(tokenizer, folder / component)
    if source.file and source.base and not source.base.same_family(source.file.sizes):
        components["scheduler"] = shipped_scheduler(source.file)
    else:
        components["scheduler"] = _load(FlowMatchEulerDiscreteScheduler, folder / "scheduler")
    for component in WEIGHTS:
        on_progress(f"loading {component}", done / total)
        if component == "transformer" and source.file and source.base:
            components[component] = load_transformer(source.file, source.base, dtype).to(device)
            done += parameters[component]
            continue
        kind = _CLASSES[component]
        precision = {"dtype": dtype} if kind.__module__.startswith("transformers.") else {"torch_dtype": dtype}
        model, report = _load(kind, folder / component, use_safetensors=True, output_loading_info=True, **precision)
        _refuse_gaps(folder / component, report)
        components[component] = model.to(device)
        done += parameters[component]
    on_progress("loaded", 1.0)
    pipe = FluxPipeline(**components)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _load(kind: Any, folder: Path, **options: Any) -> Any:
    """Call a component's own `from_pretrained` on a folder.

    Raises:
        UserError: It cannot be read as what it should be.
    """
    try:
        return kind.from_pretrained(folder, local_files_only=True, **options)
    except Exception as error:
        # safetensors and tokenizers raise classes of their own, torch a plain RuntimeError for wrong shapes; only
        # want of memory is not the folder's fault.
        if is_out_of_memory(error):
            raise
        reason = _first_line(error)
    raise UserError(
        f"model: {folder} cannot be loaded as {kind.__name__}: {reason}", "Download or copy that folder again."
    )


def _first_line(error: Exception) -> str:
    _log.exception("a component could not be loaded")
    return first_sentence(error)


def _refuse_gaps(folder: Path, report: Mapping[str, Any]) -> None:
    """Refuse weights that do not match the model: the libraries would go on with random ones.

    Raises:
        UserError: Names the kind of mismatch and the first tensors.
    """
    for key, words in (
        ("missing_keys", "lacks"),
        ("unexpected_keys", "has unknown"),
        ("mismatched_keys", "has other shapes of"),
        ("error_msgs", "could not be read"),
    ):
        names = sorted(str(name[0] if isinstance(name, (tuple, list)) else name) for name in report.get(key) or ())
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise UserError(
                f"model: {folder} {words} {len(names)} tensor(s): {names[0]}{more}.",
                "Download or copy that folder again; weights and config.json must belong together.",
            )
