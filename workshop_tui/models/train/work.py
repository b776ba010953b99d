"""The folder that a training keeps everything in between sittings: pictures, latents, states and sample sheets."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline

from workshop_tui.errors import UserError
from workshop_tui.models import components
from workshop_tui.models.tokenizers import build_clip_tokenizer, build_t5_tokenizer
from workshop_tui.models.train import sheets
from workshop_tui.models.train.flow import Denoiser
from workshop_tui.models.train.latents import Latents, open_latents
from workshop_tui.models.train.muon import optimizers_of
from workshop_tui.models.train.pictures import OnDone, Pixels, Shelf, open_pictures
from workshop_tui.models.train.state import Training, averaged, weights_of

SPREAD = ("shift_factor", "scaling_factor")
"""What the autoencoder's configuration says of its latents' mean and standard deviation."""
HELD_OUT = range(24)
"""Scenes that sample sheets show and training never sees."""


@contextmanager
def told_by_name(model: Path) -> Generator[None]:
    """Have what diffusers says of a folder that it cannot load say which one, and what to do.

    Raises:
        UserError: It holds no model, or not all of one.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        why = " ".join(str(error).split())[:200]
        raise UserError(
            f"{model}: no model can be loaded from there ({why}).", "Name a folder of diffusers' format."
        ) from None


@dataclass(frozen=True)
class Work:
    """A training's folder.

    Args:
        folder: Made where it is missing.
        processes: How many paint at once.
    """

    folder: Path
    processes: int

    def state(self, stage: str) -> Path:
        return self.folder / f"{stage}.pt"

    def pictures(self, shelves: list[Shelf]) -> list[Pixels]:
        """Return pictures by size, painted first where they are missing."""
        return [open_pictures(self.folder / "pictures", shelf, self.processes, _count(shelf)) for shelf in shelves]

    def adopt(self, model: Path) -> None:
        """Begin with a shipped model instead of nothing, to go on where its training ended.

        Raises:
            UserError: A training has begun here already, or the folder holds no model.
        """
        begun = [path for path in (self.state("autoencoder"), self.state("flow"), self._spread_file) if path.exists()]
        if begun:
            raise UserError(f"{begun[0]}: a training has begun in this folder.", "Name another by --work.")
        self.folder.mkdir(parents=True, exist_ok=True)
        with told_by_name(model):
            pipe = FluxPipeline.from_pretrained(model, torch_dtype=torch.float32)
        self._spread_file.write_text(json.dumps({name: pipe.vae.config[name] for name in SPREAD}))
        flow = {"transformer": pipe.transformer, "clip": pipe.text_encoder, "t5": pipe.text_encoder_2}
        for stage, modules in (("autoencoder", {"vae": pipe.vae}), ("flow", flow), ("distill", flow)):
            # With guidance 1 the student is the flow: it knows what it was taught from.
            beside = {"taught": weights_of(flow)} if stage == "distill" else None
            Training(self.state(stage), modules, optimizers_of(modules.values(), 0, 0), beside=beside).save()

    def new_autoencoder(self) -> AutoencoderKL:
        """Return the autoencoder before training."""
        return components.autoencoder(**self._spread())

    def autoencoder(self) -> AutoencoderKL:
        """Return the trained autoencoder, with its latents' measured spread once that is known."""
        model = self.new_autoencoder()
        self._load("autoencoder", {"vae": model})
        return model.eval()

    def measure_spread(self, shelf: Shelf) -> None:
        """Measure mean and standard deviation of the latents once: shift and scale make them a unit normal."""
        if not self._spread_file.exists():
            probe = self.folder / "probe"
            values = open_latents(probe, shelf, 1.0, self.autoencoder(), self.processes, _count(shelf)).values.float()
            shift, scale = round(float(values.mean()), 4), round(1 / float(values.std()), 4)
            self._spread_file.write_text(json.dumps(dict(zip(SPREAD, (shift, scale), strict=True))))
            click.echo(f"latents: shift {shift}, scale {scale}")

    def latents(self, shelves: list[tuple[Shelf, float]]) -> list[Latents]:
        """Return latents by size, painted and encoded first where they are missing; each with its share of batches.

        Raises:
            UserError: The autoencoder has not been trained, or its latents' spread not been measured.
        """
        model, folder = self.autoencoder(), self.folder / "latents"
        if not self._spread_file.exists():
            raise _not_yet(self._spread_file, "encode")
        return [open_latents(folder, shelf, share, model, self.processes, _count(shelf)) for shelf, share in shelves]

    def denoiser(self, stage: str | None = None) -> Denoiser:
        """Return transformer, text encoders and tokenizers: new but for what words taught, or as a stage left them."""
        clip_tokenizer, t5_tokenizer = build_clip_tokenizer(), build_t5_tokenizer()
        denoiser = Denoiser(
            components.transformer(),
            components.clip(clip_tokenizer),
            components.t5(t5_tokenizer),
            clip_tokenizer,
            t5_tokenizer,
        )
        if stage:
            self._load(stage, denoiser.modules)
        elif self.state("words").exists():
            self._load("words", {"clip": denoiser.clip, "t5": denoiser.t5})
        return denoiser

    def reconstruct(self, model: AutoencoderKL) -> float:
        """Write what the autoencoder makes of held-out pictures; return the mean PSNR in dB."""
        return sheets.reconstructions(model, self.folder / "autoencoder.png", HELD_OUT)

    def pipeline(self, denoiser: Denoiser) -> FluxPipeline:
        """Return the pipeline that the parts make."""
        return FluxPipeline(
            scheduler=components.scheduler(),
            vae=self.autoencoder(),
            text_encoder=denoiser.clip,
            tokenizer=denoiser.clip_tokenizer,
            text_encoder_2=denoiser.t5,
            tokenizer_2=denoiser.t5_tokenizer,  # pyright: ignore[reportArgumentType] its class has lost its "Fast"
            transformer=denoiser.transformer,
        )

    def sample(self, denoiser: Denoiser, stage: str, guidances: list[float]) -> None:
        """Write a sheet of what a stage paints."""
        path = self.folder / f"{stage}.png"
        pipe = self.pipeline(denoiser)
        pipe.set_progress_bar_config(disable=True)
        sheets.samples(pipe, path, guidances)
        click.echo(f"sample sheet: {path}")

    def _load(self, stage: str, modules: dict[str, torch.nn.Module]) -> None:
        path = self.state(stage)
        if not path.exists():
            raise _not_yet(path, stage)
        averaged(path, modules)

    @property
    def _spread_file(self) -> Path:
        return self.folder / "spread.json"

    def _spread(self) -> dict[str, float]:
        return json.loads(self._spread_file.read_text()) if self._spread_file.exists() else {}


def _not_yet(path: Path, stage: str) -> UserError:
    return UserError(f"{path}: the stage '{stage}' has not been run.", "Stages follow each other; see --help.")


def _count(shelf: Shelf) -> OnDone:
    """Return what tells every few seconds how far painting is."""
    told = started = time.monotonic()

    def say(done: int, count: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told > 10 or done >= count:
            told = now
            left = (now - started) / done * (count - done)
            click.echo(f"  {shelf.name}: {done:,} of {count:,} pictures painted, {left:.0f} s left")

    return say
