"""Puts a `FluxPipeline` together part by part, from safetensors only, and refuses what is not whole."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
import transformers
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

from workshop_tui.errors import UserError
from workshop_tui.generation.model_files import WEIGHTS
from workshop_tui.generation.planner import Placement
from workshop_tui.worker.checkpoint import load_transformer, shipped_scheduler
from workshop_tui.worker.device import free_memory
from workshop_tui.worker.failures import first_sentence, is_out_of_memory
from workshop_tui.worker.placement import loads_on, place
from workshop_tui.worker.quantize import is_swapped, load_options, quantized_as, swap_linears
from workshop_tui.worker.room import NOTHING, Free
from workshop_tui.worker.sources import OnLoad, Source

_CLASSES: dict[str, Any] = {
    "text_encoder": transformers.CLIPTextModel,
    "text_encoder_2": transformers.T5EncoderModel,
    "transformer": FluxTransformer2DModel,
    "vae": AutoencoderKL,
}
_TOKENIZERS: dict[str, Any] = {"tokenizer": transformers.CLIPTokenizer, "tokenizer_2": transformers.T5Tokenizer}
_log = logging.getLogger(__name__)


class Plan(NamedTuple):
    """How the parts shall lie."""

    device: torch.device
    dtype: torch.dtype
    placement: Placement
    quantization: str


PartKey = tuple[Any, ...]
"""Whence a part came and, of weights, how they lie: parts with the same key are the same."""


@dataclass
class Spare:
    """Parts of a model that is given up, each with its key."""

    parts: dict[str, tuple[PartKey, Any]] = field(default_factory=dict)
    held: Free = NOTHING
    """The memory in which they lie, bytes."""

    def keep(self, keys: Mapping[str, PartKey]) -> dict[str, Any]:
        """Return the parts that have one of these keys; the others' memory is free then."""
        kept = {name: part for name, (key, part) in self.parts.items() if keys[name] == key}
        self.parts.clear()
        free_memory()
        return kept


def part_keys(source: Source, plan: Plan) -> dict[str, PartKey]:
    """Return the keys of all parts that another model may have alike: all but the transformer and the scheduler."""
    how = (plan.dtype, plan.device, loads_on(plan.placement, plan.device))
    weights = {
        name: (source.folder / name, *how, quantized_as(name, plan.quantization))
        for name in WEIGHTS
        if name != "transformer"
    }
    return {**{name: (source.folder / name,) for name in _TOKENIZERS}, **weights}


def assemble(
    source: Source, parameters: Mapping[str, int], plan: Plan, spare: Spare, on_progress: OnLoad
) -> FluxPipeline:
    """Put the seven components together, and load those that are not there.

    Args:
        source: Where they lie.
        parameters: Of each component with weights; the bar's share of it is its share of them.
        plan: How they shall lie.
        spare: What is there; emptied.
        on_progress: Told what is being loaded.

    Raises:
        UserError: One cannot be read, or is not whole.
    """
    components = spare.keep(part_keys(source, plan))
    folder = source.folder
    wanted = [component for component in WEIGHTS if component not in components]
    total, done = sum(parameters[component] for component in wanted), 0
    for component, tokenizer in _TOKENIZERS.items():
        if component not in components:
            on_progress(f"loading {component}", 0.0)
            components[component] = _load(tokenizer, folder / component)
    if source.file and source.base and not source.base.same_family(source.file.sizes):
        components["scheduler"] = shipped_scheduler(source.file)
    else:
        components["scheduler"] = _load(FlowMatchEulerDiscreteScheduler, folder / "scheduler")
    for component in wanted:
        on_progress(f"loading {component}", done / total)
        components[component] = _weights(source, component, plan)
        done += parameters[component]
    on_progress("loaded", 1.0)
    pipe = FluxPipeline(**components)
    pipe.set_progress_bar_config(disable=True)
    place(pipe, plan.placement, plan.device, plan.quantization)
    return pipe


def _weights(source: Source, component: str, plan: Plan) -> Any:
    """Load one component with weights, quantized where that is planned, to where it waits for `place`."""
    options = load_options(component, plan.quantization, plan.device, plan.dtype)
    if component == "transformer" and source.file and source.base:
        model = load_transformer(source.file, source.base, plan.dtype, options.get("quantization_config"))
    else:
        kind = _CLASSES[component]
        options["dtype" if kind.__module__.startswith("transformers.") else "torch_dtype"] = plan.dtype
        folder = source.folder / component
        model, report = _load(kind, folder, use_safetensors=True, output_loading_info=True, **options)
        _refuse_gaps(folder, report)
    if component == "transformer" and is_swapped(plan.quantization, plan.device):
        swap_linears(model, plan.quantization, plan.dtype)
    return model.to(loads_on(plan.placement, plan.device))


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
