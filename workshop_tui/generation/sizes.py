"""Picture sizes: the lesson's squares and aspect ratios, the model's unit, and reading `WxH`."""

import re

from workshop_tui.errors import UserError

RATIOS: dict[str, tuple[int, int]] = {
    "9:16": (576, 1024),
    "3:4": (768, 1024),
    "1:1": (1024, 1024),
    "4:3": (1024, 768),
    "16:9": (1024, 576),
}
"""The lesson's aspect ratios by name, (width, height) in px."""

SQUARES: tuple[int, ...] = (512, 768, 1024)
"""The lesson's standard square sizes, px."""

SMALLEST_UNIT = 16
"""FLUX.1's own unit in px: 8 for the autoencoder times 2 for the patches. A model may need a multiple of it."""

BUILT_IN_UNIT = 64
"""The built-in model's size unit, px: its autoencoder shrinks 32 times, and patches are 2 latents wide."""

LARGEST_SIDE = 4096
"""No side above this many px is accepted: sixteen times the area that FLUX.1 was trained around."""

LARGEST_GOOD_MP = 2.1
"""Millions of px up to which FLUX.1 is made for: 2 MP, and the 1448x1448 that people round it to."""


def parse_size(text: str) -> tuple[int, int]:
    """Read `1024x768` or a ratio's name such as `4:3`.

    Returns:
        Width and height in px, not yet checked against a model's unit.

    Raises:
        UserError: The text is neither.
    """
    cleaned = text.strip().lower().replace("×", "x")
    if cleaned in RATIOS:
        return RATIOS[cleaned]
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", cleaned)
    if not match:
        raise UserError(
            f"size: '{text}' is not a size.",
            f"Write WIDTHxHEIGHT in px, such as 768x1024, or a ratio: {', '.join(RATIOS)}.",
        )
    return int(match[1]), int(match[2])


def nearest_sizes(width: int, height: int, unit: int) -> list[tuple[int, int]]:
    """Return the sizes nearest to the one asked for that are multiples of `unit`.

    Each side goes to its nearest multiple; where that makes both smaller, or both larger, the other way is, too.

    Args:
        width: px.
        height: px.
        unit: px.

    Returns:
        One or two, the smaller first.
    """

    def fit(side: int, up: bool) -> int:
        rounded = -(-side // unit) * unit if up else side // unit * unit
        return min(max(rounded, unit), LARGEST_SIDE // unit * unit)

    def nearest(side: int) -> int:
        return min(fit(side, False), fit(side, True), key=lambda one: abs(one - side))

    ways = {(fit(width, up), fit(height, up)) for up in (False, True)}
    both = (nearest(width), nearest(height))
    return sorted(ways) if both in ways else [both]


def check_size(width: int, height: int, unit: int = SMALLEST_UNIT) -> None:
    """Refuse a size that the model would floor or that no card holds.

    Args:
        width: px.
        height: px.
        unit: Both sides must be multiples of this many px; 16 for FLUX.1, 64 for the built-in model.

    Raises:
        UserError: With the nearest sizes that work.
    """
    fits = all(unit <= side <= LARGEST_SIDE and side % unit == 0 for side in (width, height))
    if not fits:
        near = " or ".join(f"{w}x{h}" for w, h in nearest_sizes(width, height, unit))
        raise UserError(
            f"size: {width}x{height} does not fit this model; each side is a multiple of {unit} px, "
            f"from {unit} to {LARGEST_SIDE}.",
            f"Nearest: {near}.",
        )


def size_note(width: int, height: int) -> str:
    """Return what is to be said of a size before a picture of it is made; empty for an ordinary one.

    FLUX.1 was trained around 1 MP, and is said to do up to 2 (black-forest-labs/flux, README).

    Args:
        width: px.
        height: px.
    """
    pixels = width * height / 1e6
    if pixels <= LARGEST_GOOD_MP:
        return ""
    return f"{pixels:.1f} MP: FLUX.1 was trained around 1 MP, and above 2 it tends to repeat things."
