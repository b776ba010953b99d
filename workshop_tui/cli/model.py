"""`workshop-tui model`: which models are on this machine, getting one, and whether a folder or file is a whole one."""

from pathlib import Path
from typing import Any

import click

from workshop_tui.cli.common import WholeLines, json_option, say, say_json
from workshop_tui.errors import UserError
from workshop_tui.generation.bases import TRANSFORMER
from workshop_tui.generation.fit import MemoryNow, fit
from workshop_tui.generation.found_models import FoundModel, find_models, look_at
from workshop_tui.generation.known_models import KNOWN_MODELS, size
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.quantization import installed
from workshop_tui.monitor.memory_now import look_at_memory


@click.group(cls=WholeLines)
def model() -> None:
    """See which models are on this machine, get one, and check a folder or file.

    Nothing is downloaded unless `get` is told to.
    """


@model.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List the models that are here, and whether each fits this machine now.

    They lie in the hub's cache (HF_HOME, HF_HUB_CACHE move it) and in the configuration's `model_folders`, there also
    as single files.
    """
    found = find_models()
    memory = look_at_memory(Path.home())
    if as_json:
        say_json({"models": [_as_json(each, memory) for each in found.models], "unread": found.unread})
        return
    for each in found.models:
        on_disk = f", {size(each.size)} on disk" if each.size else ""
        say(f"{each.name}  {_kind(each)}{on_disk}, {_family(each)}")
        say(f"    {_state(each, memory)}")
    for sentence in found.unread:
        say(f"Note: {sentence}")
    if not any(each.whole and each.kind != "built-in" for each in found.models):
        say("\nNo whole FLUX.1 is on this machine. To get one (each says first what it takes):")
        for known in KNOWN_MODELS.values():
            say(f"  workshop-tui model get {known.name}\n      {known.download_gb:.1f} GB, {known.licence}")
        say("Or name a folder that has one: `model_folders` in the configuration\n(workshop-tui config show).")


@model.command()
@click.argument("hub_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--without-transformer", is_flag=True, help="Only what a .safetensors or .gguf file lacks: 10 of FLUX.1's 34 GB."
)
@json_option
def get(hub_id: str, yes: bool, without_transformer: bool, as_json: bool) -> int:
    """Download the model ID from the Hugging Face hub, after saying what that takes.

    Only what the program opens is fetched. Ctrl+C stops; the same command goes on where it stopped.

    \b
    workshop-tui model get black-forest-labs/FLUX.1-schnell
    """
    from workshop_tui.cli.model_get import get_model

    without = TRANSFORMER if without_transformer else ()
    return get_model(hub_id, yes=yes, as_json=as_json, without=without)


@model.command()
@click.argument("path", type=click.Path(path_type=Path, readable=False))
@json_option
def check(path: Path, as_json: bool) -> int:
    """Say whether PATH, a folder or a file, holds a FLUX.1 that this program can open.

    Looks at what a worker looks at before it loads: classes, configurations, and the headers of all weights. The exit
    code is 2 where something is wrong. For PATH, small-flux stands for the built-in practice model.

    A .safetensors or .gguf file holds a transformer alone. The other parts come from a FLUX.1 that is here as a
    folder or in the hub's cache; to choose which, write FILE@FOLDER or FILE@ID.
    """
    if str(path) == BUILT_IN and not path.is_dir():
        found, hint = next(each for each in find_models(folders=()).models if each.kind == "built-in"), ""
    else:
        found, hint = look_at(path)
    if as_json:
        say_json({**_as_json(found, look_at_memory(Path.home())), "hint": hint})
        return 0 if found.whole else 2
    if not found.whole:
        raise UserError(f"model: {found.folder}: {found.trouble}.", hint)
    if found.kind == "built-in":
        say(
            f"{BUILT_IN} is whole: the practice model, built into the program. Its files are made when they are needed."
        )
        return 0
    say(f"{found.folder} is whole: {_family(found)}, {size(found.size)} on disk.")
    if found.base:
        say(f"Its other parts, text encoders and autoencoder, come from {found.base}.")
    say(f"On this machine: {fit(found, look_at_memory(Path.home()), installed()).words}.")
    say(f"Use it: --model {found.name}")
    return 0


def _kind(found: FoundModel) -> str:
    return {"built-in": "built in, a practice model", "hub": "hub cache", "folder": "folder", "file": "file"}[
        found.kind
    ]


def _family(found: FoundModel) -> str:
    family = found.family or "family unknown"
    return f"{family}, quantized {found.quantization}" if found.quantization else family


def _state(found: FoundModel, memory: MemoryNow) -> str:
    if not found.whole:
        again = f". To go on: workshop-tui model get {found.name}" if found.kind == "hub" else ""
        return f"{'half downloaded' if found.kind == 'hub' else 'not usable'}: {found.trouble}{again}"
    return f"whole; {fit(found, memory, installed()).words}"


def _as_json(found: FoundModel, memory: MemoryNow) -> dict[str, Any]:
    how = fit(found, memory, installed())
    return {
        "name": found.name,
        "kind": found.kind,
        "family": found.family,
        "folder": found.folder and str(found.folder),
        "size_bytes": found.size,
        "parameters": sum(found.parameters.values()) if found.parameters else None,
        "whole": found.whole,
        "trouble": found.trouble,
        "quantization": found.quantization,
        "base": found.base,
        "fits": how.how,
        "fits_words": how.words,
    }
