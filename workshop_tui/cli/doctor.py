"""`workshop-tui doctor`: what is right and what is wrong here, and what to do about it."""

import functools
import os
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator

import click

from workshop_tui.cli.common import json_option, learner_option, profiles_option, say_json
from workshop_tui.doctor.finding import Level, Place, Result
from workshop_tui.errors import UserError
from workshop_tui.text import plain

WIDEST = 100
"""Columns beyond which lines are hard to read."""

_TITLE = 24
"""Columns before a finding's text."""

_COLOURS: dict[Level, str] = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@learner_option
@profiles_option
@json_option
def doctor(learner: str | None, profiles: str | None, as_json: bool) -> int:
    """Look at this machine, terminal and installation, and say what is wrong and what to do.

    Nothing is changed. `fail` is what a class cannot be followed with, `warn` what you may want to change before.
    Exit codes: 0 nothing failed, 1 something did, 2 the request was wrong.
    """
    from workshop_tui.doctor.examine import examine

    return say_results(examine(find_place(learner, profiles)), as_json)


def say_results(results: list[Result], as_json: bool, **about: str | int) -> int:
    """Print what checks have found; return the exit code: 1 where one failed.

    Args:
        results: Those of one group beside each other.
        as_json: As one object.
        about: What stands first in it.
    """
    counts = Counter(result.level for result in results)
    if as_json:
        say_json({**about, **{level: counts[level] for level in _COLOURS}, "checks": results})
    else:
        columns = min(shutil.get_terminal_size().columns, WIDEST)
        for line in _lines(results, columns, sys.stdout.isatty() and not os.environ.get("NO_COLOR")):
            click.echo(line)
    return 1 if counts["fail"] else 0


def find_place(learner: str | None, profiles: str | None) -> Place:
    """Return this machine, terminal and learner, for checks to look at."""
    from workshop_tui.config import load_config
    from workshop_tui.monitor.nvml import NvmlReader
    from workshop_tui.paths import find_paths, learner_name

    name = learner_name(learner)
    size = shutil.get_terminal_size()
    place = functools.partial(
        Place,
        environ=dict(os.environ),
        terminal=(size.columns, size.lines) if sys.stdout.isatty() else None,
        encoding=sys.stdout.encoding or "ascii",
        gpu=lambda: NvmlReader().read(),
    )
    try:
        paths = find_paths(profiles)
        return place(paths=paths, learner=paths.learner(name), model=load_config().model or "")
    except UserError:  # the configuration is wrong: its own check says how
        return place()


def _lines(results: list[Result], columns: int, coloured: bool) -> Iterator[str]:
    group = ""
    for result in results:
        if result.group != group:
            group = result.group
            yield f"{'GPU' if group == 'gpu' else group.capitalize()}"
        word = f"{result.level:4}"
        head = f"  {word}  {result.title:{_TITLE - 9}} "
        first, *rest = _wrapped(result.text, columns - _TITLE)
        yield head.replace(word, click.style(word, fg=_COLOURS[result.level]) if coloured else word, 1) + first
        for line in rest:
            yield " " * _TITLE + line
        if result.level != "ok" and result.todo:
            for line in _wrapped(f"-> {result.todo}", columns - _TITLE):
                yield " " * _TITLE + line
    yield from _wrapped(_summary(results), columns)


def _summary(results: list[Result]) -> str:
    """Name what is not well once more: on a small screen its line has gone by."""
    of = {level: [result.title for result in results if result.level == level] for level in _COLOURS}
    parts = [f"{len(of['ok'])} ok"]
    for level, word in (("warn", "to consider (warn)"), ("fail", "wrong (fail)")):
        titles = of[level]
        parts.append(f"{len(titles)} {word}" + (f": {', '.join(titles)}" if titles else ""))
    return "; ".join(parts) + "."


def _wrapped(text: str, columns: int) -> list[str]:
    # Paths and commands are copied from here, so none of their words is broken.
    return textwrap.wrap(plain(text), max(20, columns), break_long_words=False, break_on_hyphens=False) or [""]
