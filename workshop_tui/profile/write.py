"""Writes the hand-in; a file from a newer program is left alone, one that cannot be read is moved aside."""

import os
import tomllib
from pathlib import Path
from typing import Any, cast

import msgspec
import tomli_w

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import cannot_write, write_atomic
from workshop_tui.profile import hand_in


def write_hand_in(folder: Path, profile: hand_in.Profile, checklist: hand_in.Checklist) -> list[str]:
    """Bring both files of a hand-in up to date.

    Args:
        folder: The learner's own folder; made where it is missing.
        profile: Goes to `optimization-profile.toml`.
        checklist: Goes to `troubleshooting-checklist.toml`.

    Returns:
        Sentences for the learner: what was moved aside. Usually none.

    Raises:
        UserError: The folder is another user's, or a file is from a newer version.
        WorkshopError: The folder cannot be written, or the disk is full.
    """
    _own_folder(folder)
    notices: list[str] = []
    failure: WorkshopError | None = None
    for name, content in ((hand_in.PROFILE_FILE, profile), (hand_in.CHECKLIST_FILE, checklist)):
        path = folder / name
        new = as_dict(content)
        try:
            old = _read_old(path, notices)
            if old is None or {**old, "written": ""} != {**new, "written": ""}:
                write_atomic(path, tomli_w.dumps(new, multiline_strings=True))
        except WorkshopError as error:  # the other file is brought up to date all the same
            failure = failure or error
    if failure:
        raise failure
    return notices


def as_dict(content: hand_in.Profile | hand_in.Checklist) -> dict[str, Any]:
    """Return a hand-in as plain values, as `tomllib` reads it back."""
    return _as_read(msgspec.to_builtins(content))


def _as_read(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_read(inner) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_as_read(inner) for inner in cast("list[Any]", value)]
    # A text over several lines has its lines end as the file's do.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _own_folder(folder: Path) -> None:
    try:
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)  # another terminal may make it meanwhile
        owner = folder.stat().st_uid
        if is_new and owner == os.getuid():
            folder.chmod(0o755)  # whatever the umask says: it is handed in
    except OSError as error:
        raise cannot_write(folder, error) from error
    if owner != os.getuid():
        raise UserError(
            f"The hand-in folder {folder} belongs to user id {owner}, not to you.",
            "Choose another one: --profiles DIR or WORKSHOP_TUI_PROFILES.",
        )


def _read_old(path: Path, notices: list[str]) -> dict[str, Any] | None:
    try:
        old = tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):  # no TOML, no UTF-8, or a number of thousands of digits
        aside = _free_name(path)
        try:
            path.rename(aside)
        except OSError as error:
            raise cannot_write(aside, error) from error
        notices.append(f"{path.name} could not be read and was moved to {aside}; a new one was written.")
        return None
    except OSError as error:
        raise cannot_write(path, error) from error
    schema = old.get("schema")
    if isinstance(schema, int) and schema > hand_in.SCHEMA:
        raise UserError(
            f"{path} has schema {schema}; this program knows {hand_in.SCHEMA}. It was left as it is.",
            "Update workshop-tui, or hand in to another folder: --profiles DIR.",
        )
    return old


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.unreadable-{number}{path.suffix}")).exists():
        number += 1
    return aside
