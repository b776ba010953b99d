"""`workshop-tui observe`: by command what the Lab's fields do."""

import textwrap
from typing import Any

import click

from workshop_tui.cli.common import json_option, say, say_json
from workshop_tui.cli.hand_in import Work, open_work, stdin_text, unknown_name, work_options
from workshop_tui.exercises.answers import checked_answer, choices, in_a_row
from workshop_tui.exercises.blind import rated_fields
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts, find_part
from workshop_tui.exercises.sweeps import Cell, measured
from workshop_tui.generation.record import Run
from workshop_tui.lesson.exercise import Field
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.store import LONGEST_TEXT


@click.command()
@click.argument("exercise", required=False)
@click.argument("part", required=False)
@click.argument("field", required=False)
@click.argument("text", required=False)
@work_options
@json_option
def observe(
    exercise: str | None,
    part: str | None,
    field: str | None,
    text: str | None,
    lesson: str | None,
    learner: str | None,
    profiles: str | None,
    as_json: bool,
) -> None:
    """Write down what was seen: TEXT becomes the answer to FIELD of an exercise's PART.

    Without TEXT it lists what is asked, with the present answers. `-` reads TEXT from stdin, an empty TEXT ("") takes
    an answer back, and `--` goes before a TEXT that begins with a hyphen.

    \b
    workshop-tui observe parameters
    workshop-tui observe parameters steps optimal 25
    workshop-tui observe parameters steps differences "The ruff is sharper from 25 steps on."
    """
    with open_work(lesson, learner, profiles, reads=text is None) as work:
        parts = _parts(work, exercise, part)
        if field is None or text is None:
            kept = work.notebook.observations(work.lesson.id)
            known = [(one, ask) for one in parts for ask in (*one.asks, *rated_fields(one, kept))]
            asked = [(one, ask) for one, ask in known if field is None or ask.id == field]
            if field is not None and not asked:
                raise unknown_name("field", field, [ask.id for ask in parts[0].asks])
        else:
            ask = next((ask for ask in parts[0].asks if ask.id == field), None)
            if ask is None:
                raise unknown_name("field", field, [ask.id for ask in parts[0].asks])
            answer = stdin_text(LONGEST_TEXT) if text == "-" else text
            answer = checked_answer(parts[0], ask, answer, _runs(work, parts[0]))
            work.notebook.observe(work.lesson.id, Observation(parts[0].exercise.id, parts[0].id, ask.id, answer))
            work.hand_in()
            asked = [(parts[0], ask)]
        _list_answers(work, asked, as_json)


def _parts(work: Work, exercise: str | None, part: str | None) -> list[Part]:
    if exercise is None:
        return all_parts(work.lesson)
    known = [one.id for one in work.lesson.exercises]
    if exercise not in known:
        raise unknown_name("exercise", exercise, known)
    if part is not None:
        return [find_part(work.lesson, exercise, part)]
    return [one for one in all_parts(work.lesson) if one.exercise.id == exercise]


def _runs(work: Work, part: Part) -> list[Run]:
    return work.notebook.runs(lesson=work.lesson.id, exercise=part.exercise.id, sweep=part.id)


def _list_answers(work: Work, asked: list[tuple[Part, Field]], as_json: bool) -> None:
    observations = work.notebook.observations(work.lesson.id)
    rows: list[dict[str, Any]] = []
    for part, field in asked:
        runs = _runs(work, part)
        answer = part.answer(field.id, observations)
        if field.measure:
            answer = measured(field, [Cell(run.settings, run) for run in runs if run.rework is None])
        rows.append(
            {
                "exercise": part.exercise.id,
                "part": part.id,
                "field": field.id,
                "label": field.label,
                "kind": field.kind,
                "required": field.required,
                "choices": choices(part, runs) if field.kind == "choice" else [],
                "answer": answer,
            }
        )
    if as_json:
        say_json({"lesson": work.lesson.id, "learner": work.learner.name, "answers": rows})
        return
    heading = ""
    for (part, _), row in zip(asked, rows, strict=True):
        if heading != f"{row['exercise']} {row['part']}":
            heading = f"{row['exercise']} {row['part']}"
            say(heading)
        say(f"  {row['field']:12} {row['label']}{_how(part, row)}")
        if row["answer"]:
            say(textwrap.indent(row["answer"], " " * 15))


def _how(part: Part, row: dict[str, Any]) -> str:
    needed = ", needed" if row["required"] else ""
    match row["kind"]:
        case "rating":
            return f" (1 to 5, 0 not rated{needed})"
        case "choice":
            return f" ({in_a_row(part, row['choices'])}{needed})"
        case "auto":
            return " (filled in by the program)"
        case _:
            return " (needed)" if needed else ""
