"""Pictures as PNG files that tell how they were made, to this program and to other FLUX tools."""

import hashlib
import io
import json
import zlib
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from workshop_tui import __version__
from workshop_tui.errors import UserError
from workshop_tui.generation.record import ModelInfo, Rework, Run
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.thumbnail import add_thumbnail

CHUNK = "workshop-tui"
"""Keyword of the text chunk with this program's own JSON."""
PARAMETERS = "parameters"
"""Keyword of the text chunk that AUTOMATIC1111's web UI introduced and Forge, SD.Next, Civitai and others read."""
COMPRESSION: dict[str, Any] = {"compress_level": 1, "compress_type": zlib.Z_RLE}
"""zlib's level and strategy, which suit PNG's filtered rows: 8 % smaller than by level 3, in two thirds of the time."""


class Label(msgspec.Struct, frozen=True):
    """What the JSON chunk of a picture holds."""

    format: int
    program: str
    run_id: str
    job_id: str
    outcome: str
    started: str
    settings: Settings
    model: ModelInfo | None = None
    pixels_sha256: str = ""
    rework: Rework | None = None


def encode_png(picture: Image.Image, run: Run) -> bytes:
    """Return a PNG file with the run's settings, model and id in two text chunks, and a thumbnail.

    Text outside Latin-1 goes into iTXt chunks, which are UTF-8; Pillow chooses.
    """
    label = Label(
        format=1,
        program=f"workshop-tui {__version__}",
        run_id=run.run_id,
        job_id=run.job_id,
        outcome=run.outcome,
        started=run.started,
        settings=run.settings,
        model=run.model,
        pixels_sha256=run.pixels_sha256,
        rework=run.rework,
    )
    text = PngInfo()
    text.add_text(PARAMETERS, parameters_text(run.settings, run.model, run.rework))
    text.add_text(CHUNK, msgspec.json.encode(label).decode())
    add_thumbnail(text, picture)
    file = io.BytesIO()
    picture.save(file, "PNG", pnginfo=text, **COMPRESSION)
    return file.getvalue()


def parameters_text(settings: Settings, model: ModelInfo | None, rework: Rework | None = None) -> str:
    """Return the settings in the form that other FLUX tools read.

    The prompt comes first, then one line of `Key: value` pairs. FLUX.1's guidance is Forge's 'Distilled CFG Scale',
    beside a 'CFG scale' of 1; its schedule is the one that Forge calls 'Simple'. Values with a comma, a colon or a
    line break are quoted as JSON strings (AUTOMATIC1111/stable-diffusion-webui, modules/infotext_utils.py).
    """
    sampler = SAMPLERS[settings.sampler]
    pairs: dict[str, object] = {
        "Steps": settings.num_inference_steps,
        "Sampler": sampler.known_as or sampler.label,
        "Schedule type": "Simple",
        "CFG scale": 1,
        "Distilled CFG Scale": f"{settings.guidance_scale:g}",
        "Seed": settings.seed,
        "Size": settings.size,
    }
    if rework and rework.strength is not None:
        pairs["Denoising strength"] = f"{rework.strength:g}"
    if model is not None:
        pairs["Model"] = model.name
    pairs["Version"] = f"workshop-tui {__version__}"
    return f"{settings.prompt}\n" + ", ".join(f"{key}: {_quoted(str(value))}" for key, value in pairs.items())


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if any(char in value for char in ",:\n") else value


def read_label(path: Path) -> Label:
    """Return how a picture of this program was made.

    Raises:
        UserError: The file cannot be read, is no PNG of this program, or was changed.
    """
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            picture.load()  # text chunks may follow the pixels
            text = getattr(picture, "text", {}).get(CHUNK)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise UserError(f"{path} cannot be read as a PNG: {error}.", "Give a picture that this program made.") from None
    if text is None:
        raise UserError(f"{path} does not say how it was made.", "Give a picture that this program made.")
    try:
        return msgspec.json.decode(str(text).encode(), type=Label)
    except msgspec.MsgspecError as error:
        raise UserError(f"{path}: its '{CHUNK}' text cannot be read: {error}.", "It was changed.") from None


def pixels_sha256(picture: Image.Image) -> str:
    """Return the SHA-256 of a picture's RGB bytes, row by row, whatever the file's text says."""
    return hashlib.sha256(picture.convert("RGB").tobytes()).hexdigest()
