"""The training's commands. Each goes on where the last sitting left off."""

import os
from pathlib import Path
from typing import Any

import click
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.models.small_flux import FOLDER
from workshop_tui.models.train.pictures import Shelf
from workshop_tui.models.train.state import Sitting
from workshop_tui.models.train.work import Work, told_by_name
from workshop_tui.text import plain

SEED = 20240801
"""FLUX.1's day of release; any number would do."""

LOOKED_AT = [Shelf(512, 512, 1500, 0), Shelf(768, 512, 300, 0), Shelf(1024, 1024, 200, 0)]
"""What the autoencoder is trained on."""

LEARNED = [
    (Shelf(512, 512, 4000, 0), 0.40),
    (Shelf(768, 768, 600, 12000), 0.18),
    (Shelf(576, 1024, 200, 40000), 0.11),
    (Shelf(1024, 576, 200, 50000), 0.11),
    (Shelf(1024, 1024, 200, 13000), 0.10),
    (Shelf(1024, 1024, 300, 60000), 0.10),
]
"""What the flow is trained on, and how often each size is drawn: large pictures, of which a batch holds few, often."""


class Stages(click.Group):
    """Says what a person can mend as the program does: what happened and what to do, and no traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WorkshopError as error:
            click.echo(plain(f"{ctx.command_path}: {error}", keep_newlines=True), err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Stages)
@click.option(
    "--work",
    type=click.Path(path_type=Path),
    default=Path("small-flux-work"),
    help="Keeps everything between sittings.",
)
@click.option("--threads", type=click.IntRange(min=1), default=os.cpu_count(), help="Of torch, and painting processes.")
@click.pass_context
def main(context: click.Context, work: Path, threads: int) -> None:
    """Train the built-in FLUX from nothing, stage by stage, over as many sittings as it takes."""
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    context.obj = Work(work, threads)


minutes = click.option("--minutes", type=float, default=60.0, show_default=True, help="How long this sitting lasts.")
share = click.option(
    "--share", type=click.FloatRange(0, 1, min_open=True), default=1.0, show_default=True, help="Of the learning rate."
)
last = click.option("--last", is_flag=True, help="The stage ends with it: the learning rate falls to nothing.")


@main.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True, file_okay=False), default=FOLDER)
@click.pass_obj
def adopt(work: Work, model: Path) -> None:
    """Begin with a shipped MODEL, by default the built-in one, to train it on; then encode."""
    work.adopt(model)
    click.echo(f"{work.folder}: begins with {model}")


@main.command()
@minutes
@last
@click.option("--decoder-only", is_flag=True, help="Keep the encoder, because latents have been made with it.")
@click.option(
    "--begin-with",
    "other",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Take over what fits of a model's autoencoder before the first step.",
)
@click.pass_obj
def autoencoder(work: Work, minutes: float, last: bool, decoder_only: bool, other: Path | None) -> None:
    """Train the autoencoder, or go on with it; painting comes first."""
    from workshop_tui.models.train.autoencoder import begin_with, train

    state = work.state("autoencoder")
    if other and state.exists():  # whose weights would replace what was taken over
        raise UserError(
            f"--begin-with: the autoencoder has begun already, in {state}.",
            "Leave --begin-with out to go on, or name another folder by --work.",
        )
    model = work.new_autoencoder()
    if other:
        with told_by_name(other):
            begun = AutoencoderKL.from_pretrained(other, subfolder="vae", torch_dtype=torch.float32)
        taken = begin_with(model, begun)
        click.echo(f"{taken:,} weights of {other}")
    train(model, work.pictures(LOOKED_AT), state, SEED, Sitting(minutes, last), decoder_only)
    click.echo(f"{work.reconstruct(model):.1f} dB on held-out pictures: {work.folder / 'autoencoder.png'}")


@main.command()
@click.pass_obj
def encode(work: Work) -> None:
    """Measure the latents' spread, then paint and encode what the flow learns."""
    work.measure_spread(Shelf(512, 512, 300, 0))
    work.latents(LEARNED)


@main.command()
@minutes
@last
@click.pass_obj
def words(work: Work, minutes: float, last: bool) -> None:
    """Teach the text encoders what captions say."""
    from workshop_tui.models.train.words import train

    train(work.denoiser(), work.state("words"), SEED, Sitting(minutes, last))


@main.command()
@minutes
@last
@click.option(
    "--largest",
    type=click.IntRange(min=min(max(shelf.width, shelf.height) for shelf, _ in LEARNED)),
    default=1024,
    show_default=True,
    help="Leave out pictures with a longer side, in px.",
)
@click.pass_obj
def flow(work: Work, minutes: float, last: bool, largest: int) -> None:
    """Train transformer and text encoders, or go on with them."""
    from workshop_tui.models.train.flow import train

    sizes = [entry for entry in LEARNED if max(entry[0].width, entry[0].height) <= largest]
    denoiser = work.denoiser()
    train(denoiser, work.latents(sizes), work.state("flow"), SEED, Sitting(minutes, last))
    work.sample(denoiser, "flow", [1.0])


@main.command()
@minutes
@last
@share
@click.pass_obj
def distill(work: Work, minutes: float, last: bool, share: float) -> None:
    """Teach the trained flow its guidance in one pass."""
    from workshop_tui.models.train.distill import follow, train

    state, denoiser = work.state("distill"), work.denoiser("flow")
    if follow(state, work.state("flow")):
        click.echo("The flow was trained on since: the student keeps what it learned of guidance, and follows.")
    train(denoiser, work.latents(LEARNED), state, SEED, Sitting(minutes, last, share))
    work.sample(denoiser, "distill", [1.0, 3.5, 7.0, 12.0])


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def ship(work: Work, folder: Path) -> None:
    """Write the distilled model as a folder that FluxPipeline loads, with its list of hashes."""
    from workshop_tui.models.train.shipping import write

    write(work.pipeline(work.denoiser("distill")), folder)
    click.echo(f"{sum(path.stat().st_size for path in folder.rglob('*') if path.is_file()) / 1e6:.1f} MB in {folder}")


if __name__ == "__main__":
    main()
