"""Pictures made out of earlier ones: a preview made final with more steps, and a picture enlarged and refined."""

import struct
import uuid
from pathlib import Path

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Rework, Run
from workshop_tui.generation.settings import check_settings
from workshop_tui.generation.sizes import LARGEST_SIDE, SMALLEST_UNIT

DEFAULT_STRENGTH = 0.35
"""Enough noise for new detail, too little for another composition: what is usual for enlarging (0.3 to 0.4)."""

STRENGTH_RANGE = (0.05, 0.95)
"""At 0 nothing would be made, at 1 nothing of the picture would be kept."""

DEFAULT_SCALE = 2.0

FINAL_PRESET = "maximum-quality"
"""The shipped preset that makes a preview final, unless another is chosen."""

LARGEST_SOURCE = 64 * 2**20
"""Bytes of a picture that is refined: a PNG of incompressible 4096x4096 px has 48 MiB."""


def final_item(run: Run, steps: int) -> Item:
    """Return what makes a preview's final picture: everything as it was, but more steps.

    Raises:
        UserError: The run has no picture or was refined, or the steps are no more than its own or too many.
    """
    _need_picture(run, "made final")
    if run.rework and run.rework.kind == "refined":
        raise UserError(
            f"Run {run.run_id[:12]} was refined out of another picture: more steps from its seed make neither.",
            "Make the preview final, then refine that.",
        )
    settings = msgspec.structs.replace(run.settings, num_inference_steps=steps)
    check_settings(settings, _unit(run))
    if steps <= run.settings.num_inference_steps:
        raise UserError(
            f"steps: {steps} are no more than the {run.settings.num_inference_steps} of run {run.run_id[:12]}.",
            "A final picture has more steps than its preview: name more, or a preset with more.",
        )
    return Item(uuid.uuid4().hex, settings, run.origin, Rework("final", run.run_id))


def refined_item(run: Run, size: tuple[int, int], strength: float, steps: int | None = None) -> Item:
    """Return what enlarges a run's picture and denoises it part of the way again.

    Args:
        run: With a picture.
        size: Width and height, px.
        strength: The share of the steps that are made again.
        steps: What the strength is a share of; None takes the run's own.

    Raises:
        UserError: The run has no picture, the size is no larger one of the same proportions that the model can make,
            or strength or steps are out of range.
    """
    _need_picture(run, "refined")
    s, (width, height), unit = run.settings, size, _unit(run)
    _check_strength(strength)
    settings = msgspec.structs.replace(
        s, width=width, height=height, num_inference_steps=s.num_inference_steps if steps is None else steps
    )
    check_settings(settings, unit)
    if width < s.width or height < s.height or size == (s.width, s.height):
        raise UserError(
            f"size: {settings.size} is not larger than the {s.size} of run {run.run_id[:12]}.",
            "Refining enlarges: give a larger size, or a scale above 1.",
        )
    if abs(width * s.height - height * s.width) > unit * max(s.width, s.height):
        raise UserError(
            f"size: {settings.size} has other proportions than {s.size}; the picture would be stretched.",
            "Give a scale, such as 2, or a size of the same proportions.",
        )
    return Item(uuid.uuid4().hex, settings, run.origin, Rework("refined", run.run_id, strength))


def scaled_size(run: Run, scale: float) -> tuple[int, int]:
    """Return a run's size times a factor, brought to the nearest multiple of its model's unit.

    Raises:
        UserError: The factor is not above 1, or a side gets too long.
    """
    s = run.settings
    if not 1 < scale <= LARGEST_SIDE:
        raise UserError(f"scale: {scale:g} does not enlarge.", "Give a factor above 1, such as 1.5 or 2.")
    wanted = (round(s.width * scale), round(s.height * scale))
    if max(wanted) > LARGEST_SIDE:
        raise UserError(
            f"scale: {scale:g} makes {wanted[0]}x{wanted[1]}; a side has at most {LARGEST_SIDE} px.",
            f"At most {LARGEST_SIDE / max(s.width, s.height):.4g} for this picture.",
        )
    unit = _unit(run)
    width, height = (min(max(1, round(side / unit)) * unit, LARGEST_SIDE) for side in wanted)
    return width, height


def read_source(run: Run, pictures: Path) -> bytes:
    """Return the PNG of a run that shall be refined.

    Args:
        run: Whose picture.
        pictures: Where the learner's pictures lie.

    Raises:
        UserError: It is gone, no PNG, too large, or of another size than the run's.
    """
    _need_picture(run, "refined")
    path = pictures / run.picture
    try:
        if path.stat().st_size > LARGEST_SOURCE:
            raise UserError(f"The picture {path} is too large.", f"At most {LARGEST_SOURCE // 2**20} MiB are taken.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError(
            f"The picture of run {run.run_id[:12]} is gone: {path}.",
            "Put it back, or make it again with the same settings.",
        ) from None
    except OSError as error:
        raise UserError(
            f"The picture of run {run.run_id[:12]} cannot be read: {path}: {error.strerror}.",
            "Put it back, or make it again with the same settings.",
        ) from None
    found = png_size(data)
    if found is None:
        raise UserError(f"The picture {path} is no PNG.", "It was changed: make it again with the same settings.")
    if found != (run.settings.width, run.settings.height):
        raise UserError(
            f"The picture {path} has {found[0]}x{found[1]} px, run {run.run_id[:12]} made {run.settings.size}.",
            "It was changed: make it again with the same settings.",
        )
    return data


def check_source(item: Item, picture: bytes) -> None:
    """Refuse what an engine cannot refine, before it is taken.

    Args:
        item: What is asked for.
        picture: What came with it.

    Raises:
        UserError: No strength, no picture, no PNG, too large, or larger than what shall be made out of it.
    """
    s = item.settings
    _check_strength(None if item.rework is None else item.rework.strength)
    if len(picture) > LARGEST_SOURCE:
        raise UserError(
            f"The picture to refine has {len(picture):,} bytes.", f"At most {LARGEST_SOURCE:,} bytes are taken."
        )
    found = png_size(picture)
    if found is None:
        raise UserError("What shall be refined is no PNG picture.", "Refine a run that has a picture.")
    if not (0 < found[0] <= s.width and 0 < found[1] <= s.height):
        raise UserError(
            f"The picture to refine has {found[0]}x{found[1]} px, more than the {s.size} asked for.",
            "Refining enlarges: ask for a larger size.",
        )


def png_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height that a PNG's first bytes tell; None where it is no PNG."""
    if len(data) < 24 or data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _check_strength(strength: float | None) -> None:
    low, high = STRENGTH_RANGE
    if strength is None or not low <= strength <= high:  # also refuses NaN
        given = "none" if strength is None else f"{strength:g}"
        raise UserError(f"strength: {given} is out of range.", f"It goes from {low:g} to {high:g}.")


def _unit(run: Run) -> int:
    return run.model.size_unit if run.model else SMALLEST_UNIT


def _need_picture(run: Run, what: str) -> None:
    if run.outcome != "ok" or not run.picture:
        raise UserError(
            f"Run {run.run_id[:12]} has no picture ({run.outcome}), so nothing can be {what}.",
            "Choose a run whose outcome is ok.",
        )
