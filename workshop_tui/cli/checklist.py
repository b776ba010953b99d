"""`workshop-tui checklist`: by command what the checklist's screen does."""

import textwrap
from collections.abc import Callable
from typing import Any

import click
import msgspec

from workshop_tui.cli.common import WholeLines, json_option, say, say_json
from workshop_tui.cli.hand_in import Work, open_work, unknown_name, work_options
from workshop_tui.errors import UserError
from workshop_tui.exercises.exploring import explored_key
from workshop_tui.notebook.entries import (
    CHECK_STATES,
    TICK_STATES,
    Check,
    CheckState,
    Tick,
    TickState,
    own_id,
    own_items,
)

_run_option = click.option(
    "--run", "run_id", metavar="RUN", help="The run that shows it, by the first digits of its id."
)


@click.group(cls=WholeLines)
def checklist() -> None:
    """See and set the troubleshooting checklist: the lesson's problems, and your own."""


@checklist.command("show")
@work_options
@json_option
def show(lesson: str | None, learner: str | None, profiles: str | None, as_json: bool) -> None:
    """Show each problem with its state, note and evidence, and what was tried against it."""
    with open_work(lesson, learner, profiles, reads=True) as work:
        _list_checks(work, _known(work), as_json)


@checklist.command("set")
@click.argument("problem")
@click.argument("state")
@click.option("--note", help="What helped. Default: the note stays as it is.")
@_run_option
@work_options
@json_option
def set_(
    problem: str,
    state: str,
    note: str | None,
    run_id: str | None,
    lesson: str | None,
    learner: str | None,
    profiles: str | None,
    as_json: bool,
) -> None:
    """Set the STATE of a PROBLEM: open, tried, solved or not-applicable.

    An empty --note or --run ("") takes it back.

    \b
    workshop-tui checklist set slow solved --note "10 steps are enough for a preview." --run 3f2a
    """
    with open_work(lesson, learner, profiles) as work:
        _check(work, problem)
        given = {"state": _state(state), "note": note, "run_id": _run(work, run_id)}
        changes = {key: value for key, value in given.items() if value is not None}
        _keep(work, problem, lambda check: msgspec.structs.replace(check, **changes), as_json)


@checklist.command("tick")
@click.argument("problem")
@click.argument("solution")
@click.argument("result", type=click.Choice([*TICK_STATES, "no"]))
@click.option("--note", help="What you saw. Default: the note stays as it is.")
@_run_option
@work_options
@json_option
def tick(
    problem: str,
    solution: str,
    result: str,
    note: str | None,
    run_id: str | None,
    lesson: str | None,
    learner: str | None,
    profiles: str | None,
    as_json: bool,
) -> None:
    """Say of a SOLUTION of a PROBLEM that it was tried or helped; "no" takes that back.

    SOLUTION is an id that `checklist show --json` lists.

    \b
    workshop-tui checklist tick slow steps helped --run 3f2a
    """
    with open_work(lesson, learner, profiles) as work:
        _check(work, problem)
        to_try = {one.id: one.to_try for one in work.lesson.data.problems}.get(problem, {})
        if solution not in to_try:
            raise unknown_name("solution", solution, list(to_try))
        states: dict[str, TickState] = {state: state for state in TICK_STATES}
        cited = _run(work, run_id)

        def change(check: Check) -> Check:
            if result not in states:
                return check.with_tick(solution, None)
            before = check.ticked(solution) or Tick(solution)
            noted, run = before.note if note is None else note, before.run_id if cited is None else cited
            return check.with_tick(solution, Tick(solution, states[result], noted, run))

        _keep(work, problem, change, as_json)


@checklist.command("add")
@click.argument("title")
@click.option("--discovery", is_flag=True, help="It is no problem, but something unexpected: it goes into the log.")
@click.option("--note", default="", help="What helped, or what you saw.")
@_run_option
@work_options
@json_option
def add(
    title: str,
    discovery: bool,
    note: str,
    run_id: str | None,
    lesson: str | None,
    learner: str | None,
    profiles: str | None,
    as_json: bool,
) -> None:
    """Add a problem of your own with this TITLE; with a note it counts as solved. Or log something unexpected.

    \b
    workshop-tui checklist add "Hands with six fingers" --note "Hands in pockets."
    workshop-tui checklist add --discovery "At guidance 1 all is fog" --run 3f2a
    """
    with open_work(lesson, learner, profiles) as work:
        id_ = own_id(work.notebook.checks(work.lesson.id))
        state = "solved" if note.strip() and not discovery else "open"
        kind = "discovery" if discovery else "problem"
        new = Check(id_, state, note, _run(work, run_id) or "", own=kind, title=title)
        work.notebook.set_check(work.lesson.id, new)
        work.hand_in()
        _list_checks(work, [id_], as_json)


@checklist.command("read")
@click.argument("what", required=False)
@click.option("--undo", is_flag=True, help="Take the tick back.")
@work_options
def read(what: str | None, undo: bool, lesson: str | None, learner: str | None, profiles: str | None) -> None:
    """Tick WHAT you have read of the lesson's reading list, which is optional; without WHAT, list it."""
    with open_work(lesson, learner, profiles, reads=what is None) as work:
        lists = {each.id: item for item in work.lesson.data.exploration for each in item.reads}
        if what is not None:
            if what not in lists:
                raise unknown_name("reading", what, list(lists))
            key = explored_key(lists[what])
            tick = None if undo else Tick(what)
            work.notebook.change_check(work.lesson.id, key, lambda check: check.with_tick(what, tick))
            work.hand_in()
        checks = work.notebook.checks(work.lesson.id)
        for id_, item in lists.items():
            key = explored_key(item)
            text = next(each.text for each in item.reads if each.id == id_)
            say(f"[{'x' if checks.get(key, Check(key)).ticked(id_) else ' '}] {id_:16} {text}")
        if not lists:
            say("This lesson has no reading list.")


@checklist.command("delete")
@click.argument("problem")
@work_options
def delete(problem: str, lesson: str | None, learner: str | None, profiles: str | None) -> None:
    """Delete a PROBLEM of your own or something logged, such as own:1, with its note."""
    with open_work(lesson, learner, profiles) as work:
        check = _check(work, problem)
        if not check.own:
            raise UserError(f"'{problem}' is the lesson's.", "Only what you added can be deleted.")
        work.notebook.delete_check(work.lesson.id, problem)
        work.hand_in()
        say(f"Deleted: {check.title}")


def _known(work: Work) -> list[str]:
    checks = work.notebook.checks(work.lesson.id)
    own = [*own_items(checks, "problem"), *own_items(checks, "discovery")]
    return [*(problem.id for problem in work.lesson.data.problems), *(check.problem for check in own)]


def _check(work: Work, problem: str) -> Check:
    known = _known(work)
    if problem not in known:
        raise unknown_name("problem", problem, known)
    return work.notebook.checks(work.lesson.id).get(problem, Check(problem))


def _run(work: Work, run_id: str | None) -> str | None:
    """Return the whole id of the run that was named; None where none was, an empty one where it is empty."""
    return work.notebook.find_run(run_id).run_id if run_id else run_id


def _keep(work: Work, problem: str, change: Callable[[Check], Check], as_json: bool) -> None:
    work.notebook.change_check(work.lesson.id, problem, change)
    work.hand_in()
    _list_checks(work, [problem], as_json)


def _list_checks(work: Work, wanted: list[str], as_json: bool) -> None:
    checks = work.notebook.checks(work.lesson.id)
    problems = {problem.id: problem for problem in work.lesson.data.problems}
    rows: list[dict[str, Any]] = []
    for id_ in wanted:
        check, problem = checks.get(id_, Check(id_)), problems.get(id_)
        row: dict[str, Any] = {
            "problem": id_,
            "title": problem.title if problem else check.title,
            "level": problem.level if problem else "own" if check.own == "problem" else "discovery",
        }
        row |= {"state": check.state, "note": check.note, "run_id": check.run_id}
        solutions = problem.to_try if problem else {}
        rows.append({**row, "solutions": solutions, "tried": msgspec.to_builtins(check.ticks)})
    if as_json:
        say_json({"lesson": work.lesson.id, "learner": work.learner.name, "problems": rows})
        return
    for row in rows:
        say(f"{row['problem']:22} {row['state']:15} {row['title']}")
        if row["note"]:
            say(textwrap.indent(row["note"], "    "))
        if row["run_id"]:
            say(f"    shown by run {row['run_id'][:12]}")
        for each in row["tried"]:
            shown = [f"run {each['run_id'][:12]}" if each["run_id"] else "", each["note"]]
            text = row["solutions"].get(each["solution"], each["solution"])
            say(f"    {each['state']}: {', '.join(filter(None, [text, *shown]))}")


def _state(text: str) -> CheckState:
    wanted = " ".join(text.lower().replace("-", " ").replace("_", " ").split())
    for state in CHECK_STATES:
        if state == wanted:
            return state
    raise unknown_name("state", text, [state.replace(" ", "-") for state in CHECK_STATES])
