"""Writes a trained model as the folder that ships: what `FluxPipeline.from_pretrained` loads, and a list of hashes."""

import json
from pathlib import Path

import torch
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline

from workshop_tui.models.small_flux import write_json, write_manifest


def write(pipe: FluxPipeline, folder: Path) -> None:
    """Write a pipeline's parts and their hashes.

    Transformer and autoencoder are written in bfloat16, as FLUX.1's are, which halves their files. The small text
    encoders stay in float32: transformers loads a model in the precision of its file, diffusers in float32, and a
    pipeline loaded without naming a precision would mix the two.

    Args:
        pipe: The trained pipeline; its transformer and autoencoder are in bfloat16 afterwards.
        folder: Made where it is missing; files of the same names are replaced.
    """
    pipe.transformer.to(torch.bfloat16)
    pipe.vae.to(torch.bfloat16)
    pipe.save_pretrained(folder)
    for path in folder.rglob("*.json"):
        write_json(path, json.loads(path.read_text("utf-8")))
    write_manifest(folder)
