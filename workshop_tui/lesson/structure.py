"""Finds every key of a TOML file that is unknown, missing or of the wrong type, all in one go.

msgspec stops at its first error; JSON Schema does not. Imported only once something is wrong.
"""

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from jsonschema import Draft202012Validator

from workshop_tui.lesson.finding import Finding, meant, shown

MOST = 500
"""Misfits that are looked for in one file; a file made to have millions would keep the program busy for minutes."""

_TYPES = {
    "string": "text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


@dataclass(frozen=True)
class _Mismatch:
    """A validation error with the few things that are read from it."""

    path: tuple[str | int, ...]
    rule: str
    expected: Any
    instance: Any
    known: tuple[str, ...]
    branches: tuple["_Mismatch", ...]


def _mismatch(error: Any) -> _Mismatch:
    schema: Any = error.schema
    return _Mismatch(
        tuple(error.absolute_path),
        error.validator,
        error.validator_value,
        error.instance,
        tuple(schema.get("properties", ())),
        tuple(_mismatch(inner) for inner in error.context or ()),
    )


def structural_findings(raw: Mapping[str, Any], kind: type, file: str, guide: str) -> list[Finding]:
    """Compare parsed TOML with the struct that it should become.

    Args:
        raw: What `tomllib` read.
        kind: A `msgspec.Struct`.
        file: What the findings call the file.
        guide: Where a person reads what its keys hold.

    Returns:
        An error for every key that does not fit, in the file's order where it can be told.
    """
    validator: Any = Draft202012Validator(msgspec.json.schema(kind))
    told = _Told(file, guide)
    findings: dict[tuple[str, str], Finding] = {}
    for error in itertools.islice(validator.iter_errors(raw), MOST):
        for finding in told.findings(_mismatch(error)):
            findings.setdefault((finding.where, finding.message), finding)
    return [*findings.values(), *_not_numbers(raw, (), file)]


def _not_numbers(value: Any, path: tuple[str | int, ...], file: str) -> list[Finding]:
    """Find TOML's `nan`, which passes every comparison of JSON Schema."""
    if isinstance(value, float) and math.isnan(value):
        message = "this must be a number."
        return [Finding("error", file, key_path(path), "nan", message, "Write a number.")]
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value).items()
    elif isinstance(value, list):
        inner = enumerate(cast("list[Any]", value))
    return [finding for key, one in inner for finding in _not_numbers(one, (*path, key), file)]


def key_path(parts: Iterable[str | int], key: str = "") -> str:
    """Return `sections[2].minutes` for `["sections", 2, "minutes"]`."""
    text = ""
    for part in [*parts, key] if key else parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


@dataclass(frozen=True)
class _Told:
    """Puts validation errors into words."""

    file: str
    guide: str

    def findings(self, error: _Mismatch) -> list[Finding]:
        error = _innermost(error)
        if error.rule == "additionalProperties":
            unknown = itertools.islice((key for key in error.instance if key not in error.known), MOST)
            return [self._unknown_key(error.path, key, error.instance[key], error.known) for key in unknown]
        if error.rule == "required":
            missing = [key for key in error.expected if key not in error.instance]
            return [self._missing_key(key_path(error.path, key), key) for key in missing]
        message, todo = _explained(error)
        todo = todo or f"See {self.guide}."
        return [Finding("error", self.file, key_path(error.path), shown(error.instance), message, todo)]

    def _missing_key(self, where: str, key: str) -> Finding:
        todo = f"Add it; {self.guide} says what it holds."
        return Finding("error", self.file, where, "", f"the key '{key}' is missing.", todo)

    def _unknown_key(self, path: Iterable[str | int], key: str, value: object, known: Iterable[str]) -> Finding:
        todo = meant(key, known, "Known keys here")
        return Finding("error", self.file, key_path(path, key), shown(value), f"there is no key '{key}' here.", todo)


def _innermost(error: _Mismatch) -> _Mismatch:
    """Follow the branch of an `anyOf` that came nearest to fitting."""
    while error.rule == "anyOf" and error.branches:
        deepest = max(len(branch.path) for branch in error.branches)
        near = [branch for branch in error.branches if len(branch.path) == deepest]
        telling = [branch for branch in near if branch.rule not in ("type", "enum")]
        if not telling and deepest == len(error.path):
            return error
        error = (telling or near)[0]
    return error


def _explained(error: _Mismatch) -> tuple[str, str]:
    instance, expected = error.instance, error.expected
    match error.rule:
        case "type":
            return f"this must be {_TYPES[expected]}.", _type_advice(error)
        case "anyOf":
            types = [_TYPES.get(branch.expected) for branch in error.branches if branch.rule == "type"]
            words = [shown(word) for branch in error.branches if branch.rule == "enum" for word in branch.expected]
            allowed = dict.fromkeys(phrase for phrase in [*types, *words] if phrase and phrase != "None")
            return f"this must be {' or '.join(allowed)}.", "Change the value."
        case "enum":
            import difflib  # only where a value is wrong: it takes a moment

            near = difflib.get_close_matches(str(instance).lower(), [str(value) for value in expected], n=1)
            known = ", ".join(shown(value) for value in expected)
            return f"this must be one of {known}.", f'Did you mean "{near[0]}"?' if near else "Choose one of them."
        case "exclusiveMinimum":
            return f"this must be more than {expected:g}.", "Change the number."
        case "exclusiveMaximum":
            return f"this must be less than {expected:g}.", "Change the number."
        case "minimum":
            return f"this must be at least {expected:g}.", "Change the number."
        case "maximum":
            return f"this must be at most {expected:g}.", "Change the number."
        case "minLength":
            return "this is empty.", "Write something between the quotes."
        case "maxLength":
            return f"this has {len(instance)} characters; at most {expected} fit.", "Shorten it."
        case "pattern":
            return (
                "this is not an id.",
                "An id has small letters, digits and hyphens, and begins with a letter or digit.",
            )
        case _:
            return "this does not fit the format.", ""


def _type_advice(error: _Mismatch) -> str:
    if error.expected == "array" and isinstance(error.instance, dict):
        return f"Write each entry under a line with double brackets, [[{error.path[-1]}]]."
    if error.expected == "string":
        return "Put it in quotes."
    if error.expected in ("integer", "number") and isinstance(error.instance, str):
        return "Write the number without quotes."
    return "Change the value."
