"""Checks values of settings in a lesson with the tables that run them."""

from collections.abc import Callable
from typing import Any

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.generation.sizes import BUILT_IN_UNIT, check_size
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.finding import Finding, meant, shown
from workshop_tui.lesson.table import toml_finding

_ANY = Settings(prompt="any")


def value_findings(setting: str, where: str, value: Any, *, practice: bool = True) -> list[Finding]:
    """Check one value of a setting.

    Args:
        setting: A name in `AXES`.
        where: The value's key path.
        value: As it stands in the file; what is neither text nor number is passed over here.
        practice: Whether the built-in model is asked for it, too.
    """
    if setting not in AXES:
        todo = meant(setting, AXES, "These can")
        return [toml_finding("error", where, shown(value), f"there is no setting '{setting}'.", todo)]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return []
    try:
        change = AXES[setting].read(str(value))
    except UserError as error:
        message = error.message.partition(": ")[2] or error.message
        return [toml_finding("error", where, shown(value), message, error.hint)]
    except ValueError:
        message = f"this is no value for {setting}."
        return [toml_finding("error", where, shown(value), message, "Give a number; steps and seeds are whole.")]
    findings = tried_findings(where, value, lambda: check_change(change))
    return findings or (_practice_findings(where, value, change) if practice else [])


def _practice_findings(where: str, value: object, change: dict[str, Any]) -> list[Finding]:
    """Return a warning for a size that the built-in model does not make."""
    if "width" not in change:
        return []
    try:
        check_size(change["width"], change["height"], BUILT_IN_UNIT)
    except UserError as error:
        message = f"the practice model does not make this size: its sides are multiples of {BUILT_IN_UNIT} px."
        todo = f"{error.hint} Other models make it as it stands."
        return [toml_finding("warning", where, shown(value), message, todo)]
    return []


def check_change(change: dict[str, Any]) -> None:
    """Refuse fields of `Settings` that no model can run.

    Raises:
        UserError: Names the setting, the value, and what is allowed.
    """
    check_settings(msgspec.structs.replace(_ANY, **change))


def tried_findings(where: str, value: object, check: Callable[[], object]) -> list[Finding]:
    """Return an error where a check refuses a value.

    Args:
        where: The value's key path.
        value: As it stands in the file.
        check: Raises UserError.
    """
    try:
        check()
    except UserError as error:
        message = error.message.partition(": ")[2] or error.message
        return [toml_finding("error", where, shown(value), message, error.hint)]
    return []
