"""What an operator sets for all users of a machine, and each user for themselves: one TOML file each.

Later ones win, key by key: the site's file, the user's file, the environment, and last a command's options.
"""

import difflib
import math
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.text import is_unsafe, place_of_byte, plain

APP = "workshop-tui"
FILE = "config.toml"

ThemeName = Literal["dark", "light", "ansi"]
THEMES: tuple[ThemeName, ...] = get_args(ThemeName)
"""The class's colours."""

VARIABLES = {
    "model": "WORKSHOP_TUI_MODEL",
    "model_folders": "WORKSHOP_TUI_MODEL_FOLDERS",
    "lesson_folders": "WORKSHOP_TUI_LESSON_FOLDERS",
    "schedule": "WORKSHOP_TUI_SCHEDULE",
    "hand_in_folder": "WORKSHOP_TUI_PROFILES",
    "engine": "WORKSHOP_TUI_ENGINE",
    "connect": "WORKSHOP_TUI_CONNECT",
    "lang": "WORKSHOP_TUI_LANG",
    "alerts": "WORKSHOP_TUI_ALERTS",
    "plain": "WORKSHOP_TUI_PLAIN",
    "theme": "WORKSHOP_TUI_THEME",
    "ascii": "WORKSHOP_TUI_ASCII",
    "slow_line": "WORKSHOP_TUI_SLOW_LINE",
}
"""The environment's word for each key; several folders are parted by colons."""

WORKER_VARIABLES = {option: f"WORKSHOP_TUI_WORKER_{option.upper()}" for option in ("lease", "idle", "stall")}
"""The environment's word for each of a worker's options that is a number of seconds."""

HELP = {
    "model": "which model makes the pictures: small-flux (built in), a folder, a file, or a hub id",
    "model_folders": "where models lie beside the hub's cache, such as a folder shared by all",
    "lesson_folders": "where lessons lie beside the shipped ones and one's own, each a folder of its own in it",
    "schedule": "how a class is paced: own, printed, or 'fit N' minutes in all",
    "hand_in_folder": "where hand-ins go, one folder a learner in it",
    "engine": "the socket of a shared engine, instead of a worker of one's own",
    "connect": "what learners write after ssh to reach this machine: [user@]host[:port]",
    "lang": "the lesson's language where it is translated, such as de",
    "alerts": "bell and window title when long work or the break ends: true or false",
    "plain": "the class as lines, as for a screen reader: true or false",
    "theme": "colours of the class: dark, light, or ansi, the terminal's own 16",
    "ascii": "draw the class with ASCII signs alone: true or false",
    "slow_line": "send little: clock by the minute, readings each 10 s: true or false",
}
"""What each key is for."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is set; None and empty leave the program's own choice."""

    model: str | None = None
    model_folders: tuple[Path, ...] = ()
    lesson_folders: tuple[Path, ...] = ()
    schedule: str | None = None
    hand_in_folder: Path | None = None
    engine: Path | None = None
    connect: str | None = None
    lang: str | None = None
    alerts: bool = True
    plain: bool = False
    theme: str | None = None
    ascii: bool | None = None
    slow_line: bool = False


KEYS: tuple[str, ...] = Config.__struct_fields__


class Settled(msgspec.Struct, frozen=True):
    """A configuration, and who has set what."""

    config: Config
    sources: dict[str, str]
    """File or environment variable by key; keys that nobody has set are missing."""
    worker: dict[str, float]
    """Seconds by a worker's option, of those that the environment sets."""


def site_file() -> Path:
    """Return the operator's file, `/etc/xdg/workshop-tui/config.toml` on Linux; it need not exist."""
    import platformdirs

    return platformdirs.site_config_path(APP) / FILE


def state_home() -> Path | None:
    """Return the folder below which `WORKSHOP_TUI_HOME` puts all state; None where it is not set.

    Raises:
        UserError: It begins with a home that is not there.
    """
    home = os.environ.get("WORKSHOP_TUI_HOME")
    try:
        return Path(home).expanduser().absolute() if home else None
    except RuntimeError:
        raise UserError(
            f"WORKSHOP_TUI_HOME is '{plain(str(home))}', which names a home that is not there.", "Write the whole path."
        ) from None


def user_file() -> Path:
    """Return the user's own file; `WORKSHOP_TUI_HOME` moves it; it need not exist."""
    home = state_home()
    if home:
        return home / "config" / FILE
    import platformdirs

    return platformdirs.user_config_path(APP) / FILE


def load_config() -> Config:
    """Return what site, user and environment have set.

    Raises:
        UserError: A file cannot be read, or a value is wrong; the message names file or variable, key and value.
    """
    return settle().config


def settle() -> Settled:
    """Return what is set and by whom; raises as `load_config` does."""
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for path in (site_file(), user_file()):
        found, faults = read_config(path)
        if faults:
            more = "" if len(faults) == 1 else f" ({len(faults) - 1} more: workshop-tui config check)"
            raise UserError(f"{faults[0]}{more}", f"Mend {path}, or ask whoever keeps this machine.")
        values |= found
        sources |= dict.fromkeys(found, str(path))
    found, faults = read_environment()
    if faults:
        raise UserError(faults[0], "Mend the variable, or unset it.")
    values |= found
    sources |= {key: VARIABLES[key] for key in found}
    return Settled(Config(**values), sources, _worker_seconds()[0])


def read_config(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what a file sets, and what is wrong with it, one sentence a fault; a missing file sets nothing.

    Which key does what is the app's to judge: see `read_keys`.
    """
    table, faults = _parsed(path)
    table.pop("keys", None)
    good, wrong = _checked(table, path.parent, {key: f"{path}: {key}" for key in table})
    return good, [*faults, *wrong]


def read_environment() -> tuple[dict[str, Any], list[str]]:
    """Return which keys the environment sets, and what is wrong with it, a worker's variables too."""
    found, faults = _checked(_from_environment(), Path.cwd(), {key: f"${name}" for key, name in VARIABLES.items()})
    return found, [*faults, *_worker_seconds()[1]]


def read_keys(path: Path) -> Any:
    """Return a file's table `[keys]` as it stands there; None where it has none, or is no TOML."""
    return _parsed(path)[0].get("keys")


def _parsed(path: Path) -> tuple[dict[str, Any], list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}, []
    except UnicodeDecodeError as error:
        line, column = place_of_byte(error)
        byte = f"byte 0x{error.object[error.start]:02x}"
        return {}, [f"{path}: it is not UTF-8 text: {byte} cannot be read (at line {line}, column {column})."]
    except OSError as error:
        return {}, [f"{path}: it cannot be read: {error.strerror}."]
    try:
        return tomllib.loads(text), []
    except (ValueError, RecursionError) as error:  # a whole number of thousands of digits; lists in lists in lists
        return {}, [f"{path}: it is no TOML: {plain(str(error))}."]


def _from_environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, name in VARIABLES.items():
        text = os.environ.get(name, "").strip()
        if not text:
            continue
        if key in _FOLDERS:
            found[key] = [part for part in text.split(os.pathsep) if part]
        else:
            found[key] = _SWITCH.get(text.lower(), text) if key in _SWITCHES else text
    return found


def _worker_seconds() -> tuple[dict[str, float], list[str]]:
    """Return what the environment sets for workers, and what is wrong with it, one sentence a fault."""
    good: dict[str, float] = {}
    faults: list[str] = []
    for option, name in WORKER_VARIABLES.items():
        text = os.environ.get(name, "").strip()
        if not text:
            continue
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if value > 0 and math.isfinite(value):
            good[option] = value
        else:
            faults.append(f"${name}: {_shown(text)} is no number of seconds above 0.")
    return good, faults


def _checked(table: Mapping[str, Any], folder: Path, where: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return the good values and a sentence for each bad one; paths are taken from `folder` on."""
    good: dict[str, Any] = {}
    faults: list[str] = []
    for key, value in table.items():
        try:
            good[key] = _value(key, value, folder)
        except ValueError as error:
            faults.append(f"{plain(where[key])}: {error}")
    return good, faults


def _value(key: str, value: Any, folder: Path) -> Any:
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, 1)
        known = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(KEYS)} and the table [keys]."
        raise ValueError(f"this key is unknown; {known}")
    if key in _SWITCHES:
        if not isinstance(value, bool):
            raise ValueError(f"{_shown(value)} is neither true nor false, which stand without quotes.")
        return value
    if key in _FOLDERS:
        if not isinstance(value, list):
            raise ValueError(f"{_shown(value)} is no list of folders.")
        return tuple(_path(part, folder) for part in value)  # pyright: ignore[reportUnknownVariableType]
    text = _text(value)
    if key in ("hand_in_folder", "engine"):
        return _path(text, folder)
    if key == "schedule" and not re.fullmatch(r"own|printed|fit +[1-9]\d{0,3}", text.lower()):
        raise ValueError(f"'{plain(text)}' is no schedule; write own, printed, or fit and minutes, such as: fit 150.")
    if key == "connect" and (fault := connect_fault(text)):
        raise ValueError(fault)
    if key == "theme" and text not in THEMES:
        raise ValueError(f"'{plain(text)}' is no theme; write {', '.join(THEMES[:-1])} or {THEMES[-1]}.")
    if key == "lang" and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        raise ValueError(f"'{plain(text)}' is no language; write a tag such as de or pt-BR.")
    return text


def connect_fault(text: str) -> str:
    """Return what is wrong with what a learner writes after `ssh`, `[user@]host[:port]`; empty for nothing."""
    # No leading dash: ssh would take it for an option.
    if re.fullmatch(r"(?!-)([\w.+-]+@)?([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?", text):
        return ""
    return f"'{plain(text)}' is no address; write [user@]host[:port]."


_FOLDERS = ("model_folders", "lesson_folders")
_SWITCHES = ("alerts", "plain", "ascii", "slow_line")
_SWITCH = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}
"""What a variable may say; a file has TOML's own true and false."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{_shown(value)} is no text.")
    if any(is_unsafe(char) for char in value):
        raise ValueError(f"{_shown(value)} holds characters that cannot be shown.")
    return value.strip()


def _path(value: Any, folder: Path) -> Path:
    text = _text(value)
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:  # ~somebody who has no home here
        raise ValueError(f"'{plain(text)}' names a home that is not there; write the whole path.") from None


def _shown(value: Any) -> str:
    return plain(f"'{value}'")[:60]
