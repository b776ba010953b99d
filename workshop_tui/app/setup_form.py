"""What the form of a part's settings holds, as text, and what is read from it. No Textual here."""

from collections.abc import Mapping
from typing import Any

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup, check_setup
from workshop_tui.generation.fields import ADVANCED, EVERYDAY, FIELDS, read_field
from workshop_tui.generation.settings import Settings, random_seed
from workshop_tui.generation.sweep import AXES

PROMPT = "prompt"


def varied(part: Part) -> str:
    """Return the name of the setting whose values a part's sweep lists; empty for none."""
    return part.sweep.vary if part.sweep else ""


def everyday(part: Part) -> list[str]:
    """Return the lines that are always shown, the prompt first; what is varied is one of them."""
    return [PROMPT, *(name for name in FIELDS if name in EVERYDAY or name == varied(part))]


def advanced(part: Part) -> list[str]:
    """Return the lines that are folded up."""
    return [name for name in ADVANCED if name != varied(part)]


def texts(part: Part, setup: Setup) -> dict[str, str]:
    """Return each line's text; the varied one holds all its values."""
    rows = {PROMPT: setup.settings.prompt}
    rows |= {name: field.show(setup.settings) for name, field in FIELDS.items()}
    if varied(part):
        rows[varied(part)] = AXES[varied(part)].join(setup.values)
    return rows


def read_form(part: Part, written: Mapping[str, str], model: str) -> Setup:
    """Return what a form says.

    Args:
        part: What it is for.
        written: Each line's text.
        model: Decides which sizes fit.

    Raises:
        UserError: Names the line, the value, and what is allowed.
    """
    values = tuple(_drawn(value) for value in AXES[varied(part)].split(written[varied(part)])) if varied(part) else ()
    if varied(part) and not values:
        between = "bars (|)" if AXES[varied(part)].is_prose else "commas"
        raise UserError(f"{varied(part)}: no values.", f"Write at least one; {between} between them.")
    prompts = values if varied(part) == PROMPT else (written[PROMPT].strip(),)
    changes: dict[str, Any] = {PROMPT: next(iter(prompts))}
    for name in FIELDS:
        if name != varied(part):
            changes |= read_field(name, written[name])
    for value in values:
        if varied(part) != PROMPT:
            read_field(varied(part), value)
    setup = Setup(Settings(**changes), values)
    check_setup(part, setup, model)
    return setup


def draft(part: Part, written: Mapping[str, str], before: Settings) -> Settings:
    """Return the settings as far as a form that is being written says them; of several values the last one."""
    changes: dict[str, Any] = {}
    for name, text in written.items():
        last = AXES[name].split(text)[-1:] if name == varied(part) else [text]
        for value in last:
            try:
                changes |= {PROMPT: value} if name == PROMPT else read_field(name, value)
            except UserError:
                continue
    return msgspec.structs.replace(before, **changes)


def faults(part: Part, written: Mapping[str, str], before: Setup, model: str) -> dict[str, UserError]:
    """Return what is wrong with a form, by line.

    Args:
        part: What it is for.
        written: Each line's text.
        before: What takes a wrong line's place while the others are looked at.
        model: Decides which sizes fit.
    """
    found: dict[str, UserError] = {}
    trial = dict(written)
    while True:
        try:
            read_form(part, trial, model)
        except UserError as error:
            name = line_of(error, part)
            if name in found:  # it was not this line, or not alone
                return found
            found[name] = error
            trial[name] = texts(part, before)[name]
        else:
            return found


def line_of(error: UserError, part: Part) -> str:
    """Return the line that an error is about."""
    name = error.message.partition(":")[0]
    name = {"negative prompt": "negative", "vary": varied(part)}.get(name, name)
    return name if name in FIELDS else PROMPT


def _drawn(text: str) -> str:
    return str(random_seed()) if text.lower() == "random" else text
