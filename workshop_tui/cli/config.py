"""`workshop-tui config`: what the site and the user have set, and whether it is right."""

import os
import textwrap
from pathlib import Path
from typing import Any

import click

from workshop_tui.cli.common import UserPath, WholeLines, json_option, say, say_json
from workshop_tui.config import (
    HELP,
    KEYS,
    VARIABLES,
    read_config,
    read_environment,
    read_keys,
    settle,
    site_file,
    user_file,
)
from workshop_tui.errors import UserError
from workshop_tui.paths import learner_name


@click.group(cls=WholeLines)
def config() -> None:
    """Show and check what is set for this program.

    Later ones win, key by key: the site's file (for all users of a machine), the user's own, environment
    variables, a command's options. `show` names both files, and every key that can stand in them;
    `keys` lists what the keyboard's keys do in the class, and what a table [keys] changes them by.
    """


@config.command()
@json_option
def show(as_json: bool) -> None:
    """Show what is set, and by whom."""
    settled = settle()
    values = {key: _value(getattr(settled.config, key)) for key in KEYS}
    if as_json:
        say_json(
            {
                "site_file": str(site_file()),
                "user_file": str(user_file()),
                "values": {key: {"value": values[key], "source": settled.sources.get(key)} for key in KEYS},
            }
        )
        return
    for name, path in (("site", site_file()), ("user", user_file())):
        say(f"{name:15} {path}{'' if path.is_file() else '  (not there)'}")
    for key, value in values.items():
        click.echo()
        shown = ":".join(value) if isinstance(value, list) else value
        say(f"{key:15} {shown or '-'}" + (f"  (from {settled.sources[key]})" if key in settled.sources else ""))
        for line in textwrap.wrap(f"{HELP[key]}; ${VARIABLES[key]}", 64, break_on_hyphens=False):
            click.echo(f"{'':15} {line}")


@config.command()
@click.argument("file", required=False, type=UserPath())
def check(file: Path | None) -> None:
    """Check the site's and the user's file, or FILE, and what the environment sets.

    All faults are listed; the exit code is 2 where there is one.

    \b
    sudo workshop-tui config check /etc/xdg/workshop-tui/config.toml
    """
    faults: list[str] = []
    ids = False
    for path in [file] if file else [site_file(), user_file()]:
        if not path.is_file():
            if file:
                raise UserError(f"There is no file {path}.", "Give the path of a config.toml.")
            say(f"not there  {path}")
            continue
        found, wrong = read_config(path)
        names = [*found, *(["keys"] if read_keys(path) else [])]
        wrong += (wrong_keys := _wrong_keys([path]))
        say(f"wrong      {path}" if wrong else f"right      {path}: {', '.join(names) or 'nothing'} set")
        faults += wrong
        ids = ids or bool(wrong_keys)
    if not file:
        faults += read_environment()[1]
        try:
            learner_name()
        except UserError as error:
            whose = "$WORKSHOP_TUI_LEARNER" if "WORKSHOP_TUI_LEARNER" in os.environ else "login name"
            faults.append(f"{whose}: {error.message}")
    if faults:
        listed = "workshop-tui config keys lists the ids and keys of [keys]. " if ids else ""
        raise UserError("\n".join(faults), f"{listed}Mend this, and check again.")
    if not file and (both := _wrong_keys([site_file(), user_file()])):  # each right by itself, and not together
        raise UserError("\n".join(both), "workshop-tui config keys lists ids and keys.")


@config.command("keys")
@json_option
def keys_(as_json: bool) -> None:
    """List what each key does in the class, by the id that changes it.

    \b
    In a config.toml:
      [keys]
      "lab.run" = "g"
      "monitor.freeze" = "f2,z"
    """
    from workshop_tui.app.key_table import all_known, key_name, keys_of, use
    from workshop_tui.app.own_keys import read_own_keys

    known = all_known()
    found, faults = read_own_keys()
    use({} if faults else found)
    if as_json:
        rows: list[dict[str, Any]] = [
            {"id": name, "keys": list(keys_of(name)), "own_keys": list(each.keys), "does": each.does}
            for name, each in sorted(known.items())
        ]
        say_json({"keys": rows, "faults": faults})
    else:
        for name, each in sorted(known.items()):
            keys = " ".join(map(key_name, keys_of(name)))
            was = "" if keys_of(name) == each.keys else f" (was {' '.join(map(key_name, each.keys))})"
            say(f"{name:24} {keys:12} {each.does}{was}")
    if faults:
        raise UserError("\n".join(faults), "Until that is mended the class opens with the keys above.")


def _wrong_keys(files: list[Path]) -> list[str]:
    """Return what is wrong with tables [keys]; the app's screens are imported only where there is one."""
    if all(read_keys(path) is None for path in files):
        return []
    from workshop_tui.app.own_keys import read_own_keys

    return read_own_keys(files)[1]


def _value(value: object) -> str | list[str] | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return [str(part) for part in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return None if value is None else str(value)
