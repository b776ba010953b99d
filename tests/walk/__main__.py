"""A random walk over all screens, by the thousand keys: `python -m tests.walk --keys 20000 --seed 7 --log walk.log`."""

import argparse
import ast
import asyncio
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from tests.walk.memory import MOST_KIB_PER_KEY
from tests.walk.place import end_workers, small_lesson
from tests.walk.walker import Broken, Walker

MODES = ("class", "lab", "monitor", "troubleshoot", "profile", "instructor")


def keys_of(log: Path) -> Iterator[str]:
    """Return the keys of an earlier walk's log, in their order."""
    for line in log.read_text().splitlines():
        number, *rest = line.split("\t")
        if number.isdigit():
            yield ast.literal_eval(rest[1])


def summary(walker: Walker, seconds: float) -> str:
    """Return what the walk met."""
    memory, slope = walker.memory, walker.memory.slope
    first, last = (memory.readings[0][1], memory.readings[-1][1]) if memory.readings else (0.0, 0.0)
    lines = [
        f"{walker.pressed} keys in {seconds:.0f} s, the app opened {walker.opened} times",
        f"{walker.looked_for} texts typed, all of them found; {len(walker.runs)} runs in the notebook",
        f"memory {first:.0f} to {last:.0f} MiB, after the warm-up "
        f"{'too short to tell' if slope is None else f'{slope:+.2f} KiB a key'}; at most {memory.most_tasks} tasks, "
        f"{memory.most_screens} screens one upon the other, {memory.most_widgets} widgets",
        "modes: " + ", ".join(f"{mode} {walker.modes[mode]}" for mode in MODES),
        "screens: " + ", ".join(f"{name} {count}" for name, count in walker.screens.most_common()),
    ]
    return "\n".join(f"# {line}" for line in lines)


def main() -> int:
    """Walk, and tell what came of it; 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.walk", description=__doc__)
    parser.add_argument("--keys", type=int, default=20_000, help="how many; 20000 unless told otherwise")
    parser.add_argument("--seed", type=int, default=None, help="of an earlier walk; drawn unless told")
    parser.add_argument("--log", type=Path, default=None, help="where each key goes; printed unless told")
    parser.add_argument("--again", type=Path, default=None, help="the log of a walk whose keys are pressed once more")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    again = keys_of(asked.again) if asked.again else None
    with (
        tempfile.TemporaryDirectory(prefix="walk-") as home,
        asked.log.open("w") if asked.log else open(os.dup(1), "w") as log,
    ):
        for name in ("WORKSHOP_TUI_HOME", "HF_HOME", "XDG_CONFIG_DIRS"):
            os.environ[name] = home
        os.environ["WORKSHOP_TUI_LEARNER"] = "ada"
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # for the worker: the keys want a core too
        log.write(f"# seed {seed}, {asked.keys} keys\n")
        walker = Walker(small_lesson(Path(home) / "lesson"), seed, log)
        begun, broken = time.monotonic(), ""
        try:
            asyncio.run(walker.walk(asked.keys, again))
        except Broken as error:
            broken = str(error)
        except Exception:  # a defect of the app, as Textual hands it on
            broken = traceback.format_exc()
        except KeyboardInterrupt:
            asked.keys = walker.pressed  # what it met so far is told all the same
        finally:
            end_workers()
        told = summary(walker, time.monotonic() - begun)
        slope = walker.memory.slope
        if not broken and slope is not None and asked.keys >= 5000 and slope > MOST_KIB_PER_KEY:
            broken = f"memory grows by {slope:.2f} KiB a key; at most {MOST_KIB_PER_KEY} may be"
        if not broken and asked.keys >= 1000 and any(not walker.modes[mode] for mode in MODES):
            broken = "not all modes were met"
        told += f"\n# BROKEN (seed {seed}): {broken}" if broken else f"\n# all held (seed {seed})"
        log.write(f"\n{told}\n")
        if asked.log:
            print(told)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
