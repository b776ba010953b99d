"""`workshop-tui class plan`: how many cards a class needs, on paper."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click
import msgspec

from workshop_tui.cli.common import json_option, say, say_json, say_wrapped
from workshop_tui.errors import UserError
from workshop_tui.exercises.lesson_pictures import lesson_pictures
from workshop_tui.generation.cards import CARDS, USUAL_SHARE, Card, find_card
from workshop_tui.generation.class_plan import (
    Load,
    Waiting,
    cards_for_pictures,
    cards_for_wait,
    mean_seconds,
    picture_cost,
    waiting,
)
from workshop_tui.generation.flops import forward_flops
from workshop_tui.generation.ladder import Rung, first_that_fits, ladder
from workshop_tui.generation.model_shape import SMALL_FLUX, ModelShape, find_shape
from workshop_tui.generation.pace import duration
from workshop_tui.generation.planner import GIB, Pictures
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.generation.sizes import parse_size
from workshop_tui.lesson.loader import DEFAULT_LESSON, open_lesson
from workshop_tui.text import counted

WIDTH = 80
"""Columns that every line fits into."""
MODEL = "black-forest-labs/FLUX.1-dev"
"""What pictures are made with where nothing is said: nobody rents cards for the practice model."""
MOST = 10_000
"""GiB, TFLOP/s, learners, cards, minutes, seconds and pictures: more is a slip of the finger."""


@dataclass(frozen=True)
class _Plan:
    """What is told."""

    card: Card
    shape: ModelShape
    rung: Rung
    picture: Settings
    """The one whose seconds are shown."""
    load: Load
    lesson: str
    """The id of the lesson whose own pictures are asked for; empty where others are."""
    wait: float
    """s"""
    lines: Sequence[Waiting]
    """From the fewest cards."""


@click.command()
@click.option("--gpu", metavar="NAME", help=f"The card: {', '.join(CARDS)}.")
@click.option("--vram", type=float, metavar="GIB", help="Its memory, for a card that is not in the list.")
@click.option("--tflops", type=float, metavar="N", help="Its dense bfloat16 TFLOP/s, likewise.")
@click.option(
    "--share", type=float, metavar="S", help=f"How much of them is reached. Default: as published, else {USUAL_SHARE}."
)
@click.option("--learners", type=click.IntRange(1, MOST), default=25, show_default=True, metavar="N")
@click.option("--model", default=MODEL, show_default=True, metavar="MODEL", help="As `workshop-tui plan` takes it.")
@click.option("--lesson", "name", default=DEFAULT_LESSON, show_default=True, metavar="LESSON", help="Its id or folder.")
@click.option("--per-learner", type=click.IntRange(1, MOST), metavar="N", help="Pictures each. Default: the lesson's.")
@click.option("--size", "size_text", metavar="WxH", help="Of every picture. Default: the lesson's own, else 1024x1024.")
@click.option("--steps", type=int, metavar="N", help="Of every picture. Default: the lesson's own, else 28.")
@click.option("--lab-minutes", type=float, metavar="MIN", help="How long they have. Default: the lesson's labs.")
@click.option("--wait", type=float, default=60, show_default=True, metavar="S", help="For a first picture, at most.")
@click.option("--cards", type=click.IntRange(1, MOST), metavar="N", help="Say how it goes with so many, too.")
@json_option
def plan(
    gpu: str | None,
    vram: float | None,
    tflops: float | None,
    share: float | None,
    learners: int,
    model: str,
    name: str,
    per_learner: int | None,
    size_text: str | None,
    steps: int | None,
    lab_minutes: float | None,
    wait: float,
    cards: int | None,
    as_json: bool,
) -> None:
    """Say how many cards a class needs, before any are bought or rented: all is calculated, nothing is measured.

    `workshop-tui plan` says which placements fit a machine's memory, `class preflight` looks at this machine; this is
    about time, on cards that are not here: seconds a picture, pictures an hour, and how long learners wait where all
    begin a lab at once.

    \b
    workshop-tui class plan --gpu h100 --learners 200
    """
    for option, given, most in (
        ("--vram", vram, MOST),
        ("--tflops", tflops, MOST),
        ("--share", share, 1),
        ("--lab-minutes", lab_minutes, MOST),
        ("--wait", wait, MOST),
    ):
        if given is not None and not 0 < given <= most:  # also refuses NaN
            raise UserError(f"{option}: {given:g} is out of range.", f"It goes from above 0 to {most:g}.")
    card = _card(gpu, vram, tflops, share)
    shape = find_shape(model)
    if shape == SMALL_FLUX:
        raise UserError(
            f"--model: {SMALL_FLUX.name} needs no card: it runs on any CPU.",
            "Name a FLUX.1. Whether this machine carries a class with small-flux: workshop-tui class preflight",
        )
    changes = _changes(size_text, steps)
    picture = check_settings(msgspec.structs.replace(Settings("a plan"), **changes), shape.unit)
    lesson = open_lesson(name)
    minutes = lab_minutes or sum(section.minutes for section in lesson.sections if section.kind == "lab")
    if not minutes:
        raise UserError(f"The lesson {lesson.id} has no lab.", "Say how long the pictures may take: --lab-minutes MIN.")
    own = lesson_pictures(lesson, model)
    if not own and per_learner is None:
        raise UserError(f"The lesson {lesson.id} asks for no pictures.", "Say how many each makes: --per-learner N.")
    as_taught = per_learner is None and not changes
    pictures = [picture] * per_learner if per_learner else [msgspec.structs.replace(each, **changes) for each in own]
    rung = _rung(shape, card, [picture, *pictures], model)
    load = Load(learners, len(pictures), mean_seconds(shape, rung, card.reached, pictures), minutes)
    counts = {1, cards_for_pictures(load), cards_for_wait(load, wait), cards}
    lines = [waiting(load, count) for count in sorted(count for count in counts if count)]
    found = _Plan(card, shape, rung, picture, load, lesson.id if as_taught else "", wait, lines)
    if as_json:
        say_json(_as_json(found))
    else:
        _tell(found)


def _card(gpu: str | None, vram: float | None, tflops: float | None, share: float | None) -> Card:
    """Return the card that is meant, with what was said of it in place of the table's figures."""
    if gpu is None and (vram is None or tflops is None):
        raise UserError(
            "Which card? Name it, or give its figures.",
            f"--gpu NAME, one of {', '.join(CARDS)}; or --vram GIB and --tflops N from its data sheet.",
        )
    card = Card("", "A card", 0, 0) if gpu is None else find_card(gpu)
    given = {"vram": vram, "tflops": tflops, "share": share, "share_source": None if share is None else ""}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    return msgspec.structs.replace(card, **changes)


def _changes(size_text: str | None, steps: int | None) -> dict[str, int]:
    """Return what was said of every picture, by the settings' names."""
    changes = {} if steps is None else {"num_inference_steps": steps}
    if size_text:
        changes["width"], changes["height"] = parse_size(size_text)
    return changes


def _rung(shape: ModelShape, card: Card, pictures: Sequence[Settings], model: str) -> Rung:
    """Return how the model lies on the card, with room for the largest picture; main memory is taken to suffice."""
    largest = max(pictures, key=lambda each: each.width * each.height)

    def rungs(vram: float) -> list[Rung]:
        every = ladder(shape, Pictures(largest.width, largest.height), vram * GIB, math.inf)
        return [rung for rung in every if rung.placement != "cpu"]

    found = first_that_fits(rungs(card.vram))
    if found is None:
        enough = ((vram, first_that_fits(rungs(vram))) for vram in range(math.floor(card.vram) + 1, MOST))
        least = next((f": it takes {vram} GiB, {rung.words}" for vram, rung in enough if rung), "")
        fitting = ", ".join(each.name for each in CARDS.values() if first_that_fits(rungs(each.vram)))
        raise UserError(
            f"{shape.name} does not fit {card.vram:g} GiB at {largest.size}{least}.",
            f"It fits: {fitting or 'none of the cards known here'}. "
            f"All ways: workshop-tui plan --model {model} --vram {card.vram:g} --size {largest.size}",
        )
    return found


def _tell(found: _Plan) -> None:
    card, rung, picture, load = found.card, found.rung, found.picture, found.load
    say_wrapped(f"{card.label}, {counted(load.learners, 'learner')}, {found.shape.name}. Calculated, not measured.")
    say("")
    _row("Card", f"{card.vram:g} GiB, {card.tflops:g} TFLOP/s in bfloat16, of which {card.share:.0%} are reached")
    kind = rung.weights if rung.quantization == "none" else rung.quantization
    tiles = ", decoded in tiles" if rung.tiled else ""
    fits = "fits" if rung.fits == "yes" else "fits by less than a plan may be off"
    memory = f"{rung.vram / GIB:.1f} of {card.vram:g} GiB, and {rung.ram / GIB:.1f} of main memory a card"
    _row("Placement", f"{rung.placement}, {kind}{tiles}: {fits}; {memory}")
    cost = picture_cost(found.shape, rung, card.reached, picture)
    moving = f", {cost.moving:.1f} moving weights" if cost.moving else ""
    work = f"{picture.forwards} x {forward_flops(found.shape, picture.width, picture.height) / 1e12:,.1f} TFLOP"
    beside = f"{cost.encode + cost.decode:.2f} encode and decode{moving}"
    _row("A picture", f"{picture.size}, {work}: {cost.total:.1f} s, of which {beside}")
    whose = f" of {found.lesson}" if found.lesson else ""
    count = counted(load.pictures, "picture")
    _row("A learner", f"{count}{whose}, {load.seconds:.1f} s each; the labs have {load.minutes:g} min")
    _row("A card", f"{load.per_hour:,.0f} of these an hour")
    say("\ncards  first picture      all pictures          busy  enough for")
    for line in found.lines:
        when = f"{duration(line.first):17}  {duration(line.done):18}"
        say(f"{line.cards:5}  {when}  {line.busy:5.0%}  {_enough(line, found)}".rstrip())
    say("")
    for note in _notes(found):
        say_wrapped(note)


def _enough(line: Waiting, found: _Plan) -> str:
    labs = ["the labs"] if line.is_done_within(found.load.minutes * 60) else []
    wait = [f"a {found.wait:g} s wait"] if line.is_begun_within(found.wait) else []
    return ", ".join(labs + wait)


def _notes(found: _Plan) -> list[str]:
    """Say what the figures rest on."""
    load, card, rung = found.load, found.card, found.rung
    notes = [
        f"No number of cards is enough for {what}: one picture takes longer."
        for what, limit in ((f"a {found.wait:g} s wait", found.wait), ("the labs", load.minutes * 60))
        if load.seconds > limit
    ]
    notes.append(
        "All learners ask at once for all their pictures; each gets one in turn. "
        "'First picture' is the last learner's, 'busy' the cards' share of the labs."
    )
    if found.lesson:
        alone = duration(load.pictures * load.seconds)
        notes.append(f"Equal pictures are made once: where all ask for the lesson's own, one card takes {alone}.")
    share = f"from {card.share_source}" if card.share_source else "assumed"
    needs = "" if rung.quantization == "none" else f" {rung.quantization} needs workshop-tui[quant]."
    notes.append(f"Share reached: {share}. Memory may be 15 % off. Loading is not counted.{needs}")
    return notes


def _as_json(found: _Plan) -> dict[str, Any]:
    rung, picture, load = found.rung, found.picture, found.load
    cost = picture_cost(found.shape, rung, found.card.reached, picture)
    return {
        "basis": "calculated, not measured",
        "card": found.card,
        "model": found.shape.name,
        "rung": {**msgspec.to_builtins(rung), "vram": round(rung.vram / GIB, 2), "ram": round(rung.ram / GIB, 2)},
        "picture": {
            "width": picture.width,
            "height": picture.height,
            "steps": picture.num_inference_steps,
            "tflop_a_forward": round(forward_flops(found.shape, picture.width, picture.height) / 1e12, 2),
            "seconds": {**msgspec.structs.asdict(cost), "total": cost.total},
        },
        "load": {**msgspec.structs.asdict(load), "per_hour": load.per_hour, "lesson": found.lesson},
        "wait": found.wait,
        "cards_for_pictures": cards_for_pictures(load),
        "cards_for_wait": cards_for_wait(load, found.wait),
        "cards": found.lines,
        "notes": _notes(found),
    }


def _row(name: str, text: str) -> None:
    say("\n".join(textwrap.wrap(text, WIDTH, initial_indent=f"{name:11}", subsequent_indent=" " * 11)))
