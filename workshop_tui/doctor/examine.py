"""Runs all checks at once, each guarded: one that breaks or hangs costs only its own line."""

import queue
import threading
import time
from collections.abc import Sequence

from workshop_tui.doctor import configuration, disk, gpu, logout, models, program, terminal, worker
from workshop_tui.doctor.finding import GROUPS, Check, Finding, Place, Result, fail
from workshop_tui.errors import WorkshopError

PATIENCE_SECONDS = 5.0
"""How long a check may take: a driver and a network folder can hang for ever."""

CHECKS: tuple[Check, ...] = (
    *program.CHECKS,
    *gpu.CHECKS,
    *disk.CHECKS,
    *models.CHECKS,
    *configuration.CHECKS,
    *terminal.CHECKS,
    *logout.CHECKS,
    *worker.CHECKS,
)


def examine(place: Place, checks: Sequence[Check] = CHECKS, patience: float = PATIENCE_SECONDS) -> list[Result]:
    """Return what all checks find, by group.

    Args:
        place: What is looked at.
        checks: What is looked for; those that need paths are left out where there are none.
        patience: Seconds until a check that has not ended counts as failed.
    """
    asked = [check for check in checks if place.paths or not check.needs_paths]
    answers: queue.SimpleQueue[tuple[Check, Finding]] = queue.SimpleQueue()

    def look(check: Check) -> None:
        answers.put((check, _guarded(check, place)))

    for check in asked:
        # Daemons: one that never comes back must not hold up the command's end.
        threading.Thread(target=look, args=(check,), name=check.id, daemon=True).start()
    found: dict[str, Finding] = {}
    deadline = time.monotonic() + patience
    while len(found) < len(asked):
        try:
            check, finding = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        found[check.id] = finding
    late = fail(
        f"no answer within {patience:g} s.", "A driver or a network folder may hang: ask whoever keeps this machine."
    )
    results = [_result(check, found.get(check.id, late)) for check in asked]
    return sorted(results, key=lambda result: GROUPS.index(result.group))


def _guarded(check: Check, place: Place) -> Finding:
    try:
        return check.look(place)
    except WorkshopError as error:
        return fail(error.message, error.hint)
    except PermissionError as error:
        return fail(f"{error.filename} may not be looked at: {error.strerror}.", "Check its permissions, or its owner.")
    except Exception as error:
        return fail(
            f"this could not be looked at ({type(error).__name__}: {error}).",
            "The other checks count; this one may be a defect of the program.",
        )


def _result(check: Check, found: Finding) -> Result:
    return Result(check.id, check.group, check.title, found.level, found.text, found.todo)
