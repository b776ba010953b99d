"""`--help` of the commands that take settings: every option once, in sections."""

import re

import click
import pytest

from workshop_tui.cli.generate import generate
from workshop_tui.cli.limits import limits
from workshop_tui.cli.sweep import sweep


@pytest.mark.parametrize("command", [generate, sweep, limits], ids=lambda each: each.name)
def test_each_option_is_shown_once_in_its_section(run, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run(command.name, "--help")
    assert code == 0
    shown = re.findall(r"^  (--[\w-]+)", out, re.MULTILINE)
    assert sorted(shown) == sorted(name for p in command.params if isinstance(p, click.Option) for name in p.opts)
    sections = ["Options:", "The picture:", "How it is computed:", "Further:"]
    assert [line for line in out.splitlines() if line in sections] == sections
    places = [out.index(text) for text in ("The picture:", "--steps N", "How it is computed:", "--cap GIB", "Further:")]
    assert places == sorted(places)
