"""What the program itself found out about a part: a scenario's facts, a ladder's rungs, a search's tries."""

import asyncio
from collections.abc import Sequence

from workshop_tui.app.lab_state import case_of, limits_found, rungs_of, siblings
from workshop_tui.app.plain.menu import with_words
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.exercises.fastest import verdict
from workshop_tui.exercises.limits import found_by, result, search_runs
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.scenarios import Attempt, judge, known_of, solved_by
from workshop_tui.exercises.sweeps import Cell, Setup

_MET = {True: "met", False: "not met", None: "not known yet"}


async def findings(sitting: Sitting, part: Part, setup: Setup, cells: Sequence[Cell]) -> list[str]:
    """Return what there is to say beside the pictures, a line each.

    Args:
        sitting: Whose.
        part: Which.
        setup: What it is run with.
        cells: Its pictures.
    """
    if part.scenario:
        return await _scenario(sitting, part)
    if part.ladder:
        found = rungs_of(sitting.desk, part, cells)
        return [with_words(verdict(found)), *(rung.words for rung in found)]
    if part.search:
        tries = found_by(part, setup.settings, search_runs(part, sitting.book.runs, sitting.model))
        lines = [result(tries, setup.settings.num_inference_steps)]
        probes = tries.probes if part.search == "max-batch" else ()
        lines += [_probe(probe.batch, probe.peak_mib, probe.seconds_each) for probe in probes if probe.fits]
        return lines
    if part.sums_up:
        ladders = [each for each in siblings(sitting.desk, part) if each.ladder]
        lines = limits_found(sitting.desk, part)
        lines += [with_words(verdict(rungs_of(sitting.desk, ladder, ()))) for ladder in ladders]
        return ["What the other parts have found:", *lines]
    return []


def _probe(batch: int, peak: float | None, each: float | None) -> str:
    memory = "" if peak is None else f", {peak:,.0f} MiB at most"
    time = "" if each is None else f", {each:.2f} s a picture"
    return f"{batch} at a time{memory}{time}."


async def _scenario(sitting: Sitting, part: Part) -> list[str]:
    case = case_of(sitting.desk, part)
    if not case.start:
        return ["It starts from a bad state: make makes it, to be measured against."]
    pictures = sitting.learner.pictures
    known = await asyncio.to_thread(known_of, case, part, list(sitting.book.observations), pictures)
    solving = solved_by(case, known)
    attempt: Attempt = solving or (case.attempts or ((),))[-1]
    lines = [
        f"{row.label}: start {row.start or 'n/a'}, now {row.now or 'n/a'}, wanted {row.wanted}: {_MET[row.is_met]}."
        for row in judge(case, attempt, known).rows
    ]
    if case.cap and not solving:
        lines.append(f"{case.cap:g} GiB of memory are all that its next picture may use.")
    standing = "Not solved yet" if part.unanswered(list(sitting.book.observations)) else "Not solved, and handed in so"
    lines.append("Solved: answer what worked." if solving else f"{standing}: set changes settings, make tries them.")
    return lines
