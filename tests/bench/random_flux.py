"""A full-size FLUX.1 [dev] with random weights, as a folder: it takes what the real one takes, and draws noise."""

import shutil
from pathlib import Path
from typing import Any

import torch
import transformers
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel

from workshop_tui.generation.bases import CONFIGS


def make_random_dev(folder: Path, small: Path) -> Path:
    """Draw the four components on the GPU and write them down, 34 GB; tokenizers are the built-in model's.

    Args:
        folder: Where to; one that is there already is taken as it is.
        small: The built-in model's folder.
    """
    if (folder / "model_index.json").is_file():
        return folder
    configs = CONFIGS / "flux-dev"
    kinds: dict[str, tuple[Any, Any]] = {
        "text_encoder": (transformers.CLIPTextModel, transformers.CLIPTextConfig),
        "text_encoder_2": (transformers.T5EncoderModel, transformers.T5Config),
    }
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
            for name, (model, config) in kinds.items():
                model(config.from_pretrained(configs / name)).save_pretrained(folder / name)
            for name, kind in (("transformer", FluxTransformer2DModel), ("vae", AutoencoderKL)):
                made: Any = kind.from_config(kind.load_config(configs / name))
                made.to(torch.bfloat16).save_pretrained(folder / name, max_shard_size="10GB")
    finally:
        torch.set_default_dtype(torch.float32)
    shutil.copytree(configs / "scheduler", folder / "scheduler")
    (folder / "scheduler" / "config.json").rename(folder / "scheduler" / "scheduler_config.json")
    for name in ("tokenizer", "tokenizer_2"):
        shutil.copytree(small / name, folder / name)
    shutil.copy(small / "model_index.json", folder)
    return folder
