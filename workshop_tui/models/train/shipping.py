"""Writes a trained model as the folder that ships: what `FluxPipeline.from_pretrained` loads, and a list of hashes."""

import hashlib
import json
from pathlib import Path

import torch
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline

MANIFEST = "manifest.json"


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
    for path in folder.rglob("*.json"):  # the libraries write keys in no fixed order
        content = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = {name: _digest(folder / name) for name in names if name != MANIFEST}
    (folder / MANIFEST).write_text(json.dumps({"files": files}, indent=1) + "\n", "utf-8")


def _digest(path: Path) -> list[int | str]:
    content = path.read_bytes()
    return [len(content), hashlib.sha256(content).hexdigest()]
