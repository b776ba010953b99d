"""A class's hand-ins as a page to read: in the terminal, and as Markdown for HTML."""

import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from workshop_tui.profile.class_report import CardTime, ClassReport, Learner, Problem
from workshop_tui.profile.markdown import line, table
from workshop_tui.text import counted, plain

WIDTH = 80
_MOST_TIMES = 12
"""Kinds of work that are shown; `--json` has all."""


def class_text(found: ClassReport) -> Iterator[str]:
    """Yield the lines of a terminal's page."""
    if not found.learners and not found.refused:
        yield f"No hand-in in {plain(found.folder)}."
        yield "Learners hand in to it with --profiles DIR, or by the site's configuration."
        return
    complete = sum(learner.complete for learner in found.learners)
    yield f"{counted(len(found.learners), 'hand-in')}, {complete} complete; {len(found.refused)} could not be read."
    for learner in found.learners:
        yield from _wrapped(f"{_who(learner)}: {'; '.join(_state(learner))}", "")
    for heading, lines in _sections(found):
        yield ""
        yield heading
        for each in lines:
            yield from _wrapped(each, "  ")


def class_markdown(found: ClassReport) -> str:
    """Return the page as Markdown, fit for `markdown.html_page`."""
    complete = sum(learner.complete for learner in found.learners)
    heads = ("learner", "owner of the file", "lesson", "made with", "machine", "runs ok", "checklist", "still to do")
    rows = [
        (
            learner.name,
            learner.owner,
            learner.lesson,
            f"{'PRACTICE' if learner.practice else 'REAL'}: {', '.join(learner.models) or 'no pictures'}",
            learner.hardware,
            f"{learner.runs_ok} of {learner.runs}",
            f"{learner.solved} solved, {learner.tried} tried",
            "; ".join((*learner.missing, *_faults(learner))) or "nothing: complete",
        )
        for learner in found.learners
    ]
    blocks = [
        f"# Hand-ins in {line(found.folder)}",
        f"{counted(len(found.learners), 'hand-in')}, {complete} complete; {len(found.refused)} could not be read.",
        table(heads, rows),
    ]
    for heading, lines in _sections(found):
        blocks += [f"## {line(heading)}", "\n".join(f"- {line(each)}" for each in lines)]
    return "\n\n".join(blocks) + "\n"


def _sections(found: ClassReport) -> Iterator[tuple[str, list[str]]]:
    """Yield what follows the learners, where there is something of it: a heading, and a line each."""
    faulty = [each for each in found.learners if each.faults]
    if faulty:
        heading = "Faults: `workshop-tui profile check FOLDER` says what is wrong with the files"
        yield heading, [f"{_who(each)}: {Path(found.folder, each.folder)}" for each in faulty]
    if found.refused:
        owners = [each.owner or "nobody knows whom" for each in found.refused]
        pairs = zip(found.refused, owners, strict=True)
        yield "Could not be read", [f"{each.folder} (file of {owner}): {each.reason}" for each, owner in pairs]
    if found.problems:
        yield "Common problems, by learners who met them", [_problem(each) for each in found.problems]
    if found.cards:
        yield "Seconds a picture, by card", [_time(each) for each in found.cards[:_MOST_TIMES]]
    hand_ins = Counter(each.person for each in found.learners)
    of = [(_who(each) + (f", {each.lesson}" if hand_ins[each.person] > 1 else ""), each) for each in found.learners]
    unexpected = [f"{who}: {text}" for who, each in of for text in each.discoveries]
    if unexpected:
        yield "Unexpected behaviors and discoveries", unexpected
    areas = [f"{who}: {text}" for who, each in of for text in each.improvements]
    if areas:
        yield "Areas for improvement", areas


def _who(learner: Learner) -> str:
    """Return the name in the hand-in, and whose file it is where that is another."""
    return learner.name if learner.name == learner.owner else f"{learner.name} (file of {learner.owner})"


def _state(learner: Learner) -> Iterator[str]:
    yield learner.lesson
    if learner.complete:
        yield "complete"
    if learner.missing:
        yield f"{counted(len(learner.missing), 'thing')} missing"
    yield from _faults(learner)
    yield "PRACTICE" if learner.practice else "REAL"
    yield learner.hardware
    yield f"{learner.runs_ok} of {counted(learner.runs, 'run')} ok"
    if learner.presets:
        yield f"presets {', '.join(learner.presets)}"
    if learner.suggested:
        yield f"{counted(learner.suggested, 'area')} as the program suggested"


def _faults(learner: Learner) -> Iterator[str]:
    if learner.faults:
        yield counted(learner.faults, "fault")


def _problem(problem: Problem) -> str:
    helped = f": {'; '.join(problem.helped)}" if problem.helped else ""
    return f"{problem.learners} {problem.title}, {problem.solved} solved{helped}"


def _time(time: CardTime) -> str:
    seconds = time.seconds
    ranged = f" ({seconds.low:.1f} to {seconds.high:.1f})" if time.learners > 1 else ""
    return (
        f"{time.card}: {time.model}, {time.work}: {seconds.median:.1f} s{ranged}, {counted(time.learners, 'learner')}"
    )


def _wrapped(text: str, indent: str) -> list[str]:
    further = f"{indent}  "
    # Folders are to be copied, and have hyphens.
    return textwrap.wrap(plain(text), WIDTH, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False)
