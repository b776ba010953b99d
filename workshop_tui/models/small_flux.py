"""The small FLUX that ships with the program: FLUX.1's own classes in small, so that every exercise runs anywhere.

`ensure_small_flux` returns a folder that plain `FluxPipeline.from_pretrained` loads. Its weights are drawn from a
seed, not trained: its pictures are coloured noise, which depends on seed, prompt, steps and guidance as a real
model's pictures do.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import diffusers
import transformers
from safetensors import SafetensorError

from workshop_tui.errors import WorkshopError
from workshop_tui.files import cannot_write
from workshop_tui.models import components
from workshop_tui.models.tokenizers import build_clip_tokenizer, build_t5_tokenizer

VERSION = "2"
"""Raised with every change of the weights or the configuration, so that an older copy in a cache is not used."""
MANIFEST = "manifest.json"


class Saves(Protocol):
    """A component: it can write itself into a folder."""

    def save_pretrained(self, save_directory: str | os.PathLike[str], /) -> object: ...


OnBuild = Callable[[str, float | None], None]


def ensure_small_flux(cache: Path, on_progress: OnBuild | None = None) -> Path:
    """Return the folder of the built-in model; build it first where it is missing or damaged.

    It is built in a folder of its own and then renamed, so that no one ever sees half a model and two processes
    at once do not disturb each other.

    Args:
        cache: The program's cache folder.
        on_progress: Gets what is done, in a few words, and how much is done (0 to 1).

    Raises:
        WorkshopError: The cache cannot be written.
    """
    folder = cache / "models" / f"small-flux-{VERSION}"
    if is_whole(folder):
        return folder
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_over(folder.parent)
        temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
        _build(temporary, on_progress or (lambda _message, _fraction: None))
        _put_in_place(temporary, folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    except SafetensorError as error:
        raise WorkshopError(
            f"Cannot write {folder}: {error}.", "Free some space there: the built-in model takes 14 MB."
        ) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
    if not is_whole(folder):
        raise WorkshopError(
            f"The built-in model in {folder} is damaged and could not be replaced.", f"Remove it: rm -r {folder}"
        )
    return folder


def is_whole(folder: Path) -> bool:
    """Tell whether every file of a built model has the size and the SHA-256 that its manifest lists.

    Hashing these few MB takes a hundredth of a second. A model that other versions of the libraries wrote counts as
    damaged: they have renamed weights before.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        listed: dict[str, list[int | str]] = manifest["files"]
        if not listed or manifest["built_with"] != _libraries():
            return False
        return all(_digest(folder / name) == entry for name, entry in listed.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _libraries() -> dict[str, str]:
    return {"diffusers": diffusers.__version__, "transformers": transformers.__version__}


def _put_in_place(built: Path, folder: Path) -> None:
    """Rename a built model to its final name; what lies there already is kept if it is whole."""
    os.chmod(built, 0o755)
    if folder.exists() and not is_whole(folder):
        damaged = Path(tempfile.mkdtemp(prefix=".damaged-", dir=folder.parent))
        with contextlib.suppress(FileNotFoundError):  # another process was quicker
            folder.rename(damaged / folder.name)
        shutil.rmtree(damaged, ignore_errors=True)
    try:
        built.rename(folder)
    except OSError:
        if not is_whole(folder):  # otherwise another process was quicker here too
            raise


def _remove_left_over(models: Path) -> None:
    """Remove what a process that was killed while building left, once it is surely dead."""
    for path in [*models.glob(".building-*"), *models.glob(".damaged-*")]:
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > 3600:
                shutil.rmtree(path, ignore_errors=True)


def _digest(path: Path) -> list[int | str]:
    content = path.read_bytes()
    return [len(content), hashlib.sha256(content).hexdigest()]


def _build(folder: Path, on_progress: OnBuild) -> None:
    """Write the whole model: seven components, `model_index.json` and the manifest."""
    clip_tokenizer = build_clip_tokenizer()
    t5_tokenizer = build_t5_tokenizer()
    parts: list[tuple[str, str, Callable[[], Saves]]] = [
        ("tokenizer", "transformers.CLIPTokenizer", lambda: clip_tokenizer),
        ("tokenizer_2", "transformers.T5TokenizerFast", lambda: t5_tokenizer),
        ("text_encoder", "transformers.CLIPTextModel", lambda: components.clip(clip_tokenizer)),
        ("text_encoder_2", "transformers.T5EncoderModel", lambda: components.t5(t5_tokenizer)),
        ("transformer", "diffusers.FluxTransformer2DModel", components.transformer),
        ("vae", "diffusers.AutoencoderKL", components.autoencoder),
        ("scheduler", "diffusers.FlowMatchEulerDiscreteScheduler", components.scheduler),
    ]
    index: dict[str, object] = {"_class_name": "FluxPipeline", "_diffusers_version": diffusers.__version__}
    for number, (name, kind, build) in enumerate(parts):
        on_progress(f"building the practice model: {name}", number / len(parts))
        build().save_pretrained(folder / name)
        index[name] = kind.split(".")
    _write_json(folder / "model_index.json", index)
    for path in folder.rglob("*.json"):  # the libraries write keys in no fixed order
        _write_json(path, json.loads(path.read_text("utf-8")))
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = {name: _digest(folder / name) for name in names}
    _write_json(folder / MANIFEST, {"version": VERSION, "built_with": _libraries(), "files": files})
    on_progress("building the practice model", 1.0)


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
