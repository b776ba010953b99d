"""What a learner is offered where a picture shall be made into another, and how the answers are read."""

from collections.abc import Mapping

from workshop_tui.errors import UserError
from workshop_tui.generation.presets import Preset
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Rework, Run
from workshop_tui.generation.rework import DEFAULT_STRENGTH, final_item, refined_item, scaled_size
from workshop_tui.generation.sizes import parse_size

SCALES = (1.5, 2.0)
"""What is offered first."""


def final_presets(run: Run, presets: Mapping[str, Preset]) -> dict[str, int]:
    """Return the presets that can make a preview final, by name with their steps."""
    # One with a size of its own is for something else: a final picture has its preview's.
    fitting = [preset for preset in presets.values() if not {"width", "height"} & preset.values.keys()]
    now = run.settings.num_inference_steps
    return {preset.name: preset.steps for preset in fitting if preset.steps and preset.steps > now}


def read_final(run: Run, text: str) -> Item:
    """Read with how many steps a preview shall be made final.

    Raises:
        UserError: It is no number, or the preview cannot be made final so.
    """
    if not text.strip().isdecimal() or len(text.strip()) > 6:
        raise UserError(f"steps: '{text.strip()[:40]}' is not a whole number.")
    return final_item(run, int(text))


def refine_question(name: str, run: Run) -> str:
    """Say what refining does to a picture, before it is asked to which size.

    Args:
        name: What the picture is called.
        run: How it was made.
    """
    strength = Rework("refined", run.run_id, DEFAULT_STRENGTH)
    steps = run.settings.num_inference_steps
    return (
        f"Refine {name}: enlarge it from {run.settings.size}, cover it partly with noise, and make its last steps "
        f"again: {strength.steps(steps)} of {steps} with strength {DEFAULT_STRENGTH:g}."
    )


REFINED_LINE = "Factor or size, then strength 0.05 to 0.95 (little keeps the picture, much changes it)"
"""What `read_refined` reads, as it is asked for."""


def read_refined(run: Run, text: str) -> Item:
    """Read `2 0.35` or `1024x768 0.5`; the strength may be left out.

    Raises:
        UserError: It is neither, or the picture cannot be refined so.
    """
    words = text.split()
    if not 1 <= len(words) <= 2:
        raise UserError(f"'{text[:40]}' is no factor or size with a strength.", "Write 2 0.35, or 1024x768 0.5.")
    target = words[0].removesuffix("x")
    size = scaled_size(run, _number("factor", target)) if _is_number(target) else parse_size(words[0])
    return refined_item(run, size, _number("strength", words[1]) if len(words) == 2 else DEFAULT_STRENGTH)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(name: str, text: str) -> float:
    if not _is_number(text):
        raise UserError(f"{name}: '{text[:40]}' is not a number.")
    return float(text)
