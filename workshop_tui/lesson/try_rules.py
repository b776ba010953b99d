"""Checks the marks `:::try NAME` against the settings that can be varied and the exercises that do."""

from collections.abc import Iterable

from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.finding import Finding, meant
from workshop_tui.lesson.model import Block, Words
from workshop_tui.lesson.table import Table

FREE_KINDS = frozenset({"challenge", "scenarios"})
"""Kinds of exercise in which learners choose every setting themselves."""


def try_findings(file: str, blocks: Iterable[Block], lesson: Table) -> list[Finding]:
    """Say which marks of one text name something that cannot be tried.

    Args:
        file: Whose blocks these are.
        blocks: The text.
        lesson: The whole `lesson.toml`.
    """
    exercises = lesson.tables("exercises")
    free = any(exercise.text("kind") in FREE_KINDS for exercise in exercises)
    varied = {sweep.text("vary") for exercise in exercises for sweep in exercise.tables("sweeps")}
    findings: list[Finding] = []
    for mark in (mark for block in blocks if isinstance(block, Words) for mark in block.tries):
        for name in mark.names:
            if name not in AXES:
                message = f"'{name}' cannot be varied."
                todo = meant(name.lower(), AXES, "These can")
            elif name not in varied and not free:
                message = f"no exercise varies '{name}', and none leaves its settings to the learner."
                todo = f'Add a sweep with vary = "{name}", or an exercise of kind "challenge".'
            else:
                continue
            findings.append(Finding("error", file, f"line {mark.line}", f":::try {name}", message, todo))
    return findings
