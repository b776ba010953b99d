"""The small FLUX that ships with the program: FLUX.1's own classes in small, so that every exercise runs anywhere.

Its folder is what `python -m workshop_tui.models.train ship` wrote: plain `FluxPipeline.from_pretrained` loads it.
"""

import hashlib
import json
from pathlib import Path

from workshop_tui.errors import WorkshopError

FOLDER = Path(__file__).with_name("small-flux")
MANIFEST = "manifest.json"
"""Lists each file's size in bytes and SHA-256."""

_DAMAGED = "The built-in model is damaged"
"""Files are named from its folder on: records hold this, and no path of a home."""
INSTALL_AGAIN = "Install workshop-tui again: pip install --force-reinstall --no-deps, and what it was installed from."


def check_small_flux(folder: Path = FOLDER) -> str:
    """Check each file of the built-in model, which takes a few hundredths of a second.

    Returns:
        Its revision: the same only for the same bytes.

    Raises:
        WorkshopError: Names the file that is missing or not as it was shipped.
    """
    manifest = folder / MANIFEST
    try:
        content = manifest.read_bytes()
        listed: dict[str, list[int | str]] = json.loads(content)["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkshopError(f"{_DAMAGED}: its list of files, {MANIFEST}, cannot be read.", INSTALL_AGAIN) from error
    for name, entry in listed.items():
        try:
            found = _digest(folder / name)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise WorkshopError(f"{_DAMAGED}: {name}: {reason}.", INSTALL_AGAIN) from error
        if found != entry:
            raise WorkshopError(f"{_DAMAGED}: {name} is not as it was shipped.", INSTALL_AGAIN)
    return hashlib.sha256(content).hexdigest()[:12]


def write_manifest(folder: Path) -> None:
    """List the files of a model's folder that are loaded; the same files give the same list."""
    found = (path for path in folder.rglob("*") if path.suffix in (".json", ".safetensors") and path.name != MANIFEST)
    files = {path.relative_to(folder).as_posix(): _digest(path) for path in found}
    write_json(folder / MANIFEST, {"files": files})


def write_json(path: Path, content: object) -> None:
    """Write a file whose bytes depend on its content alone: the libraries write keys in no fixed order."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def _digest(path: Path) -> list[int | str]:
    content = path.read_bytes()
    return [len(content), hashlib.sha256(content).hexdigest()]
