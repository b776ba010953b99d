"""What one picture is made with."""

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.choices import PLACEMENTS, PRECISIONS, QUANTIZATIONS, SPEEDS
from workshop_tui.generation.samplers import DEFAULT_SAMPLER, SAMPLERS
from workshop_tui.generation.sizes import SMALLEST_UNIT, check_size
from workshop_tui.text import is_unsafe

STEPS_RANGE = (1, 100)
GUIDANCE_RANGE = (1.0, 20.0)
TRUE_CFG_RANGE = (1.0, 20.0)
BLOCK_CACHE_RANGE = (0.0, 1.0)
LARGEST_SEED = 2**32 - 1
LARGEST_BATCH = 16
"""Pictures at a time that can be asked for."""
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
    negative_prompt: str = ""
    """What the picture shall not show; it works through true CFG alone."""
    true_cfg_scale: float = 1.0
    """Classifier-free guidance by two forwards a step; 1 is off."""
    walk_to: int | None = None
    """The seed whose noise the walk goes to; None where the noise is `seed`'s own."""
    walk: float = 0.0
    """How far the walk has come, 0 (`seed`'s noise) to 1 (`walk_to`'s), along the sphere on which noise lies."""
    precision: str = "auto"
    """A name of `PRECISIONS`; placement, quantization and speed have tables as well."""
    placement: str = "auto"
    quantization: str = "none"
    speed: str = "exact"
    block_cache: float = 0.0
    """First-block caching: blocks are skipped where the first one's residual changed by less than this; 0 is off."""
    tiled_decode: bool = False
    """Decode in tiles of 512 px from the start; otherwise only where memory does not suffice."""

    @property
    def size(self) -> str:
        """The size as people write it, `1024x768`."""
        return f"{self.width}x{self.height}"

    @property
    def forwards(self) -> int:
        """Transformer forwards (NFE) that a run with these settings makes."""
        return self.forwards_in(self.num_inference_steps)

    @property
    def has_true_cfg(self) -> bool:
        """Whether each step is guided by a second forward, for the negative prompt."""
        return self.true_cfg_scale > 1

    @property
    def words(self) -> str:
        """What a picture is made with but for its prompt and seed: `1024x1024, 28 steps, guidance 3.5, euler`."""
        further = [f"true CFG {self.true_cfg_scale:g}"] if self.has_true_cfg else []
        further += [] if self.walk_to is None else [f"walked {self.walk:.0%} to seed {self.walk_to}"]
        further += [self.precision] if self.precision != "auto" else []
        further += [self.placement] if self.placement != "auto" else []
        quantization = "quantization auto" if self.quantization == "auto" else self.quantization
        further += [quantization] if quantization != "none" else []
        further += [self.speed] if self.speed != "exact" else []
        further += [f"block cache {self.block_cache:g}"] if self.block_cache else []
        further += ["in tiles"] if self.tiled_decode else []
        steps = f"{self.num_inference_steps} step{'s' * (self.num_inference_steps != 1)}"
        return ", ".join([self.size, steps, f"guidance {self.guidance_scale:g}", self.sampler, *further])

    def forwards_in(self, steps: int) -> int:
        """Return the transformer forwards (NFE) of that many denoising steps."""
        return SAMPLERS[self.sampler].forwards(steps) * (2 if self.has_true_cfg else 1)


def alike(settings: Settings) -> Settings:
    """Return settings without the noise that a picture begins with: what pictures made together have in common.

    Outside `exact` guidance may differ as well: one forward can take a value a picture, but rounds otherwise.
    """
    guidance = settings.guidance_scale if settings.speed == "exact" or settings.block_cache else 1.0
    return msgspec.structs.replace(settings, guidance_scale=guidance, seed=0, walk_to=None, walk=0.0)


def with_next_seeds(settings: Settings, count: int) -> list[Settings]:
    """Return settings with this seed and the ones after it; the largest is followed by 0."""
    seeds = ((settings.seed + place) % (LARGEST_SEED + 1) for place in range(count))
    return [msgspec.structs.replace(settings, seed=seed) for seed in seeds]


def random_seed() -> int:
    """Draw a seed; the run records it, so that the picture can be made again."""
    import secrets

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
        raise UserError(f"sampler: '{settings.sampler[:40]}' is unknown.", f"Known: {', '.join(SAMPLERS)}.")
    check_size(settings.width, settings.height, unit)
    _in_range("true-cfg", settings.true_cfg_scale, *TRUE_CFG_RANGE)
    if settings.negative_prompt:
        _check_text("negative prompt", settings.negative_prompt)
        if not settings.has_true_cfg:
            raise UserError(
                "negative prompt: it has no effect while true-cfg is 1.",
                "Set true-cfg above 1, such as 4: two forwards a step, so twice the time.",
            )
    _check_walk(settings)
    _in_range("block-cache", settings.block_cache, *BLOCK_CACHE_RANGE)
    for name, table in (
        ("precision", PRECISIONS),
        ("placement", PLACEMENTS),
        ("quantization", QUANTIZATIONS),
        ("speed", SPEEDS),
    ):
        value: str = getattr(settings, name)
        if value not in table:
            raise UserError(f"{name}: '{value[:40]}' is unknown.", f"Known: {', '.join(table)}.")
    return settings


def _check_walk(settings: Settings) -> None:
    _in_range("walk", settings.walk, 0.0, 1.0)
    if settings.walk_to is not None:
        _in_range("walk-to", settings.walk_to, 0, LARGEST_SEED)
    elif settings.walk:
        raise UserError(
            f"walk: {settings.walk:g} of the way leads nowhere without a second seed.", "Give walk-to, a seed."
        )


def check_prompt(prompt: str) -> None:
    """Refuse a prompt that is empty, far too long, or holds control characters.

    Raises:
        UserError: Says which, and where.
    """
    if not prompt.strip():
        raise UserError("prompt: it is empty.", "Write what the picture shall show.")
    _check_text("prompt", prompt)


def _check_text(name: str, prompt: str) -> None:
    if len(prompt) > LONGEST_PROMPT:
        raise UserError(
            f"{name}: {len(prompt)} characters; at most {LONGEST_PROMPT} are taken.",
            "FLUX.1 reads at most 512 tokens, about 2,000 characters of English.",
        )
    for position, char in enumerate(prompt):
        if char not in "\n\t" and is_unsafe(char):
            raise UserError(
                f"{name}: control character U+{ord(char):04X} at position {position + 1}.", "Remove it and try again."
            )


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also refuses NaN
        # A whole number may be too large to be written as a float.
        text = f"{value:g}" if isinstance(value, float) else str(value)
        raise UserError(f"{name}: {text[:40]} is out of range.", f"It goes from {low:.10g} to {high:.10g}.")
