"""`workshop-tui model get`: says what a download takes, asks, and shows how far it is."""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

import click

from workshop_tui.cli.common import say, say_json
from workshop_tui.errors import UserError
from workshop_tui.generation.download import Offer, ask_hub, download, only_one
from workshop_tui.generation.hub_layout import find_snapshot, hub_cache
from workshop_tui.generation.known_models import KNOWN_MODELS, size
from workshop_tui.generation.models import BUILT_IN, HUB_ID
from workshop_tui.generation.pace import duration
from workshop_tui.paths import find_paths
from workshop_tui.text import plain

PIPE_STEP = 10
"""Percent between two lines where no terminal shows a line that is rewritten."""


def get_model(name: str, *, yes: bool, as_json: bool, without: tuple[str, ...] = ()) -> int:
    """Download a model, after saying what that takes; returns the exit code.

    Args:
        name: The hub id.
        yes: Whether not to ask.
        as_json: Whether a program reads the result.
        without: Components that are not fetched.

    Raises:
        UserError: It cannot be had as asked: no such model, no access, no room, nobody who says yes.
        WorkshopError: The hub was lost, or the disk cannot be written.
    """
    name = name.strip().removeprefix("https://huggingface.co/").strip("/")
    if name == BUILT_IN:
        if as_json:
            say_json({"name": name, "folder": None})
        else:
            say(f"{BUILT_IN} is built in: there is nothing to get.")
        return 0
    if not HUB_ID.fullmatch(name):
        raise UserError(
            f"model: '{plain(name[:200])}' is no hub id.", "Write OWNER/NAME, such as black-forest-labs/FLUX.1-schnell."
        )
    use = "for a .safetensors or .gguf file with a transformer: --model FILE" if without else f"--model {name}"
    if folder := _whole(name, without):
        _done(name, folder, as_json, "is whole on this machine already", use)
        return 0
    known = KNOWN_MODELS.get(name)
    if known:
        _tell(f"{name}: {known.family}, {known.total:.1f} billion parameters, made for {known.steps} steps.")
        _tell(f"  Licence   {known.licence}")
    offer = ask_hub(name, without)
    if not known:
        _tell(f"{name}\n  Licence   {plain(offer.licence) or 'the hub names none'}: read it on the model's page")
    if offer.gated:
        _tell("  Access    gated: accept the conditions on the model's page, then log in:")
        _tell(f"            https://huggingface.co/{name}")
        _tell("            hf auth login (or set HF_TOKEN)")
    _tell_size(offer)
    _ask(name, yes)
    with only_one(name, find_paths().cache):
        line = _Line(offer)

        def leave(_number: int, _frame: FrameType | None) -> None:
            _leave(name, line)

        signal.signal(signal.SIGINT, leave)
        try:
            folder = download(offer, line.show)
        finally:
            line.end()
    _done(name, folder, as_json, "is here, without its transformer" if without else "is here", use)
    return 0


def _whole(name: str, without: tuple[str, ...]) -> Path | None:
    try:
        return find_snapshot(name, without)
    except UserError:
        return None


def _done(name: str, folder: Path, as_json: bool, how: str, use: str) -> None:
    if as_json:
        say_json({"name": name, "folder": str(folder)})
    else:
        say(f"{name} {how}: {folder}")
        say(f"Use it: {use}")


def _tell_size(offer: Offer) -> None:
    """Say what is fetched and what is free.

    Raises:
        UserError: The disk is too small.
    """
    left, free = offer.size - offer.here, offer.disk_free
    rest = f", {size(offer.here)} of it are here already" if offer.here else ""
    _tell(f"  Download  {size(offer.size)}{rest}")
    _tell(f"  Disk      {size(free)} free where it will lie: {hub_cache()}")
    if left > free:
        raise UserError(
            f"model: {size(left)} are to be fetched, and only {size(free)} are free in {hub_cache()}.",
            "Free some space, or choose another disk: HF_HOME=/big/disk workshop-tui model get ...",
        )


def _ask(name: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError(
            "Nobody is here to say yes.", f"To download without asking: workshop-tui model get {name} --yes"
        )
    if not click.confirm("Download it?", err=True):
        raise UserError("Nothing was downloaded.")


def _leave(name: str, line: "_Line") -> None:
    line.end()
    _tell(f"Stopped. What is here stays, and the same command goes on:\n  workshop-tui model get {name}")
    sys.stderr.flush()
    # The threads that download wait for the network; nothing of theirs is worth waiting for.
    os._exit(130)


def _tell(text: str) -> None:
    """Print on stderr: stdout is for the result."""
    click.echo(plain(text, keep_newlines=True), err=True)


class _Line:
    """How far the download is: one line that is rewritten, on a pipe one line each tenth."""

    def __init__(self, offer: Offer) -> None:
        self._total = max(1, offer.size)
        self._begun_with = offer.here
        self._began = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._lock = threading.Lock()
        self._written = 0.0
        self._last_step = self._begun_with * 100 // self._total // PIPE_STEP

    def show(self, here: int) -> None:
        """Show how many bytes are here; called from several threads."""
        with self._lock:
            now, percent = time.monotonic(), min(100, here * 100 // self._total)
            text = f"{size(here)} of {size(self._total)}, {percent} %{self._left(here, now)}"
            if self._terminal and (now - self._written > 0.2 or percent == 100):
                click.echo(f"\r\x1b[K{text}", nl=False, err=True)
                self._written = now
            elif not self._terminal and percent // PIPE_STEP > self._last_step:
                self._last_step = percent // PIPE_STEP
                click.echo(text, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self._terminal and self._written:
            click.echo("", err=True)

    def _left(self, here: int, now: float) -> str:
        fetched, seconds = here - self._begun_with, now - self._began
        if here >= self._total:
            return ", checking what came"
        if fetched <= 0 or seconds < 2:
            return ""
        return f", {duration((self._total - here) * seconds / fetched)} left"
