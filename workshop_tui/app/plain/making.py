"""Pictures being made, told in lines: at each quarter, and whenever somebody asks."""

from collections.abc import Sequence

from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.app.plain.waiting import wait_for
from workshop_tui.generation.pace import duration

_QUARTERS = 4


async def follow(sitting: Sitting, run_ids: Sequence[str]) -> None:
    """Tell how far some pictures are, until they have ended or are left alone.

    Args:
        sitting: Whose.
        run_ids: In the order in which they are made.
    """
    told = 0

    def goes_on() -> bool:
        nonlocal told
        if all(run_id in sitting.ended for run_id in run_ids):
            return False
        if sitting.work.activity == "lost":
            sitting.console.complain("The worker has gone: make starts another, which goes on.", 1)
            return False
        quarter = int(_QUARTERS * _share(sitting, run_ids))
        if told < quarter < _QUARTERS and not sitting.work.stopping:
            told = quarter
            sitting.console.say(_progress(sitting, run_ids))
        return True

    async def stop() -> None:
        await sitting.desk.pictures.stop(tuple(each for each in run_ids if each in sitting.work.waiting))

    await wait_for(sitting, goes_on=goes_on, progress=lambda: _progress(sitting, run_ids), stop=stop)


def _share(sitting: Sitting, run_ids: Sequence[str]) -> float:
    """Return how much of some pictures is made, 0 to 1, steps of the one in work counted."""
    done = float(sum(run_id in sitting.ended for run_id in run_ids))
    progress, waiting = sitting.work.progress, sitting.work.waiting
    if progress and progress.steps and progress.phase == "denoise" and waiting and waiting[0] in run_ids:
        done += progress.step / progress.steps
    return done / len(run_ids)


def _progress(sitting: Sitting, run_ids: Sequence[str]) -> str:
    """Return in a line how far some pictures are: `50 %: picture 3 of 4, denoise 3/25, 40 s left`."""
    done = sum(run_id in sitting.ended for run_id in run_ids)
    left = sitting.work.seconds_left
    parts = [f"picture {min(done + 1, len(run_ids))} of {len(run_ids)}", sitting.work.phase_text()]
    parts += [f"{duration(left)} left"] if left is not None else []
    return f"{_share(sitting, run_ids):.0%}: {', '.join(parts)}"
