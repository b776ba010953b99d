"""What a shared engine takes: one learner must not be able to take the machine from the others."""

from dataclasses import dataclass

from workshop_tui.errors import UserError
from workshop_tui.generation.line import check_cap
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.generation.spool import Waiting

MOST_CONNECTIONS = 400
"""Of all learners: a class of a hundred, each with the class and some commands."""
MOST_OF_ONE = 16
"""Connections of one learner."""
MOST_OF_USER = 150
"""Connections of one user of the machine: a whole class may share an account."""
MOST_NAMES = 100
"""Learners of one user of the machine that are connected, or have pictures here; the others make room."""
MOST_UNREAD = 32 * 2**20
"""Bytes that wait for a client which does not read."""
MOST_UNFETCHED = 500
"""Finished pictures of one learner that the engine keeps until their program fetches them."""
LONGEST_NAME = 200
"""Characters of what a job calls itself and what it was made for."""


@dataclass(frozen=True)
class Limits:
    """What a job may ask for."""

    side: int = 1536
    """The longer side of a picture, px."""
    steps: int = 100
    batch: int = 4
    """Pictures made together."""
    in_line: int = 120
    """Pictures of one learner that wait."""
    reloads: bool = False
    """Whether settings are taken that load the model anew, which all wait for: minutes, with a large one."""
    own_process: bool = True
    """Whether, with `reloads`, memory caps and devices are taken, for which the worker's process starts anew."""


def check_job(job: Job, limits: Limits, serves: str, waiting: int) -> None:
    """Refuse a job that a shared engine does not take.

    Args:
        job: As a client sent it.
        limits: The engine's.
        serves: The model that it makes pictures with.
        waiting: How many of this learner's pictures wait already.

    Raises:
        UserError: Names the setting, the value and the limit.
    """
    if job.model not in ("", serves):
        raise UserError(
            f"model: this shared engine makes pictures with {serves}, not with {job.model[:80]}.",
            f"Choose {serves}, or leave the model out; your own worker takes others: leave `engine` out.",
        )
    if not job.items:
        raise UserError("The job asks for no picture.")
    origins = [item.origin for item in job.items]
    names = [job.job_id, *(text for each in origins for text in (each.lesson, each.exercise, each.sweep, each.model))]
    if max(map(len, names)) > LONGEST_NAME:
        raise UserError(f"A name in the job has more than {LONGEST_NAME} characters.")
    if waiting + len(job.items) > limits.in_line:
        raise UserError(
            f"{waiting} of your pictures wait already, and {len(job.items)} more are too many: "
            f"this shared engine takes {limits.in_line} of a learner.",
            "Wait for some, or ask for fewer.",
        )
    _check_making(job, limits)


def why_left_out(waiting: Waiting, limits: Limits, serves: str) -> str:
    """Return why a picture that an earlier engine accepted is not made by one with these limits; empty if it is."""
    if waiting.model != serves:
        return f"It was asked of {waiting.model}; the shared engine makes pictures with {serves} now."
    try:
        _check_making(
            Job(waiting.job_id, (waiting.item,), waiting.model, waiting.device, waiting.batch, waiting.cap), limits
        )
    except UserError as error:
        return f"The shared engine was started anew, and takes it no more. {error.message}"
    return ""


def _check_making(job: Job, limits: Limits) -> None:
    """Refuse what would keep the engine from the others for too long, whenever it was asked for."""
    if not 1 <= job.batch <= limits.batch:
        raise UserError(
            f"batch: {job.batch} pictures at a time; this shared engine takes at most {limits.batch}.",
            f"Ask for 1 to {limits.batch} at a time.",
        )
    check_cap(job.cap)
    _check_load(job, limits)
    for item in job.items:
        _check_item(item, limits)


def _check_item(item: Item, limits: Limits) -> None:
    settings = check_settings(item.settings)
    if max(settings.width, settings.height) > limits.side:
        raise UserError(
            f"size: {settings.size} is larger than this shared engine takes: {limits.side} px a side.",
            "Choose a smaller one.",
        )
    if settings.num_inference_steps > limits.steps:
        raise UserError(
            f"steps: {settings.num_inference_steps}; this shared engine takes at most {limits.steps}.",
            "Choose fewer.",
        )
    if item.origin.is_try:
        raise UserError("A shared engine's memory is not yours to fill.", "Look for limits with a worker of your own.")


def _check_load(job: Job, limits: Limits) -> None:
    usual = Settings("")
    for name in () if limits.reloads else ("precision", "placement", "quantization", "speed"):
        for item in job.items:
            value = getattr(item.settings, name)
            if value != getattr(usual, name):
                raise UserError(
                    f"{name}: {value} would load the shared engine's model anew, and all would wait.",
                    "Leave it at the default here; your own worker takes it: leave `engine` out.",
                )
    if (job.cap is not None or job.device) and not (limits.reloads and limits.own_process):
        what = "cap" if job.cap is not None else "device"
        raise UserError(
            f"{what}: it would start the shared engine's worker anew, and all would wait.",
            "Leave it out here; your own worker takes it: leave `engine` out.",
        )


def usual_limits(serves: str) -> Limits:
    """Return the limits for a model: the built-in one is loaded in a moment, so that everything is taken."""
    return Limits(reloads=serves == BUILT_IN)
