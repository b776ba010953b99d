"""What one picture is made with."""

import secrets

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.samplers import DEFAULT_SAMPLER, SAMPLERS
from workshop_tui.generation.sizes import SMALLEST_UNIT, check_size
from workshop_tui.text import is_unsafe

STEPS_RANGE = (1, 100)
GUIDANCE_RANGE = (1.0, 20.0)
LARGEST_SEED = 2**32 - 1
LONGEST_PROMPT = 10_000
"""Characters. T5 reads at most 512 tokens, so that more text than this is a mistake."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one picture is made with; the names are `FluxPipeline`'s.

    The ranges are the lesson's; the defaults are FLUX.1 [dev]'s in diffusers.
    """

    prompt: str
    num_inference_steps: int = 28
    guidance_scale: float = 3.5
    seed: int = 0
    width: int = 1024
    """px"""
    height: int = 1024
    """px"""
    sampler: str = DEFAULT_SAMPLER

    @property
    def size(self) -> str:
        """The size as people write it, `1024x768`."""
        return f"{self.width}x{self.height}"

    @property
    def forwards(self) -> int:
        """Transformer forwards (NFE) that a run with these settings makes."""
        return SAMPLERS[self.sampler].forwards(self.num_inference_steps)


def random_seed() -> int:
    """Draw a seed; the run records it, so that the picture can be made again."""
    return secrets.randbelow(LARGEST_SEED + 1)


def check_settings(settings: Settings, unit: int = SMALLEST_UNIT) -> Settings:
    """Return the settings if a model with this size unit can run them.

    Args:
        settings: What was asked for.
        unit: The model's size unit in px.

    Raises:
        UserError: Names the setting, the value, and what is allowed.
    """
    check_prompt(settings.prompt)
    _in_range("steps", settings.num_inference_steps, *STEPS_RANGE)
    _in_range("guidance", settings.guidance_scale, *GUIDANCE_RANGE)
    _in_range("seed", settings.seed, 0, LARGEST_SEED)
    if settings.sampler not in SAMPLERS:
        raise UserError(f"sampler: '{settings.sampler}' is unknown.", f"Known: {', '.join(SAMPLERS)}.")
    check_size(settings.width, settings.height, unit)
    return settings


def check_prompt(prompt: str) -> None:
    """Refuse a prompt that is empty, far too long, or holds control characters.

    Raises:
        UserError: Says which, and where.
    """
    if not prompt.strip():
        raise UserError("prompt: it is empty.", "Write what the picture shall show.")
    if len(prompt) > LONGEST_PROMPT:
        raise UserError(
            f"prompt: {len(prompt)} characters; at most {LONGEST_PROMPT} are taken.",
            "FLUX.1 reads at most 512 tokens, about 2,000 characters of English.",
        )
    for position, char in enumerate(prompt):
        if char not in "\n\t" and is_unsafe(char):
            raise UserError(
                f"prompt: control character U+{ord(char):04X} at position {position + 1}.", "Remove it and try again."
            )


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also refuses NaN
        # A whole number may be too large to be written as a float.
        text = f"{value:g}" if isinstance(value, float) else str(value)
        raise UserError(f"{name}: {text[:40]} is out of range.", f"It goes from {low:.10g} to {high:.10g}.")
