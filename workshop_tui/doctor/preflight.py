"""Before a class: whether one machine carries so many learners, and how long its first exercise takes for all."""

import grp
import math
import os
import shlex
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workshop_tui.doctor.disk import free
from workshop_tui.doctor.finding import Finding, Place, Result, fail, ok, warn
from workshop_tui.doctor.logout import CHECKS as LOGOUT
from workshop_tui.errors import WorkshopError
from workshop_tui.exercises.sweeps import asked_settings, lesson_setup, parts
from workshop_tui.generation.fit import MemoryNow
from workshop_tui.generation.hub_layout import find_snapshot
from workshop_tui.generation.ladder import Rung, first_that_fits, ladder, needs
from workshop_tui.generation.model_shape import ModelShape
from workshop_tui.generation.models import BUILT_IN, as_file
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.planner import GIB, Pictures
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.quantization import installed
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.exercise import Exercise
from workshop_tui.lesson.model import Lesson
from workshop_tui.text import counted

APP_BYTES = 150 * 2**20
"""Main memory of one learner's app: 67 MiB were measured in the Lab, and charts, sheets and long classes take more."""

PICTURE_BYTES = 2 * 2**20
"""Of a picture of 1024 px as PNG, and what is kept with it; FLUX.1's rarely take more."""

FEWER_STEPS = 15
"""Steps of the cheaper plan: enough for FLUX.1 [dev] to show what an exercise asks for."""
SMALLER_SIDE = 768
"""px, of the other."""


@dataclass(frozen=True)
class Class:
    """What is planned, and the machine as it is."""

    learners: int
    shape: ModelShape
    model: str
    """As it was asked for."""
    lesson: Lesson
    hand_ins: Path
    socket: Path
    group: str | None
    place: Place
    memory: MemoryNow
    runs: Sequence[Run]
    """What whoever prepares the class has measured, oldest first."""


def preflight(plan: Class) -> list[Result]:
    """Return what is right and wrong with a machine for a class."""
    checks: list[tuple[str, str, str, Callable[[Class], Finding]]] = [
        ("vram", "machine", "GPU memory", _vram),
        ("ram", "machine", "main memory", _ram),
        ("disk", "machine", "disk", _disk),
        ("model", "sharing", "model's files", _model),
        ("hand-ins", "sharing", "hand-in folder", _hand_ins),
        ("group", "sharing", "socket's group", _group),
        ("logout", "sharing", "after logout", _logout),
        ("time", "time", "first exercise", _time),
    ]
    return [_result(name, group, title, look, plan) for name, group, title, look in checks]


def _result(name: str, group: str, title: str, look: Callable[[Class], Finding], plan: Class) -> Result:
    try:
        found = look(plan)
    except WorkshopError as error:
        found = fail(error.message, error.hint)
    except OSError as error:
        found = fail(
            f"{error.filename} may not be looked at: {error.strerror}.", "Check its permissions, or its owner."
        )
    return Result(name, group, title, found.level, found.text, found.todo)


def _rung(plan: Class) -> Rung | None:
    """Return how the one shared model would be placed."""
    rungs = ladder(
        plan.shape, Pictures(1024, 1024, 1), plan.memory.gpu_free, plan.memory.host_free or 0.0, usable=installed()
    )
    return first_that_fits(rungs)


def _vram(plan: Class) -> Finding:
    rung, card = _rung(plan), plan.memory.gpu_free
    name = plan.shape.name
    if rung is None:
        return fail(f"{name} fits in no way that is installed.", f"See: workshop-tui plan --model {plan.model}")
    if card is None:
        text = f"no GPU: {name} runs on the CPU"
        return ok(text) if plan.model == BUILT_IN else warn(f"{text}, minutes a picture.", "Take a machine with a GPU.")
    own = int(card // max(rung.vram, 1.0))
    words = f"{card / GIB:.0f} GiB free; one shared {name} takes {needs(rung)} ({rung.words})"
    if rung.placement != "gpu":
        return warn(f"{words}.", "A larger card, or a quantization that fits it whole, makes each picture faster.")
    alone = f"; with workers of their own {own} of {plan.learners} learners could load it at once"
    return ok(words + (alone if own < plan.learners else ""))


def _ram(plan: Class) -> Finding:
    rung, have = _rung(plan), plan.memory.host_free
    if have is None:
        return warn("this machine does not tell its free memory.", "Look yourself: free -h")
    wanted = plan.learners * APP_BYTES + (rung.ram if rung else 0.0)
    text = f"{have / GIB:.0f} GiB free; model and {plan.learners} apps take {wanted / GIB:.1f} GiB"
    return (
        ok(text) if wanted < have else fail(f"{text}.", "Close other programs, or split the class over two machines.")
    )


def _disk(plan: Class) -> Finding:
    pictures = sum(len(each) for each in _pictures_of(plan.lesson, plan.model))
    wanted = plan.learners * pictures * PICTURE_BYTES
    left, files = free(plan.hand_ins)
    text = f"{left / 1e9:.0f} GB free; {plan.learners} learners' pictures take about {wanted / 1e9:.1f} GB"
    if wanted > left or (files is not None and files < plan.learners * pictures * 3):
        return fail(f"{text}.", "Free some space, or move homes and hand-ins to a larger disk.")
    return ok(text)


def _model(plan: Class) -> Finding:
    if plan.model == BUILT_IN:
        return ok("the practice model ships with the program")
    if not plan.shape.here:
        return fail(f"{plan.shape.name} is not on this machine.", f"workshop-tui model get {plan.shape.to_get}")
    file, folder = as_file(plan.model), Path(plan.model).expanduser()
    where = file[0] if file else folder if folder.is_dir() else find_snapshot(plan.model)
    closed = unreadable_for_others(where)
    if closed is None:
        return ok(f"all users can read it; {where}")
    # `chmod -R` does not follow the links of the hub's layout, whose files lie beside the snapshot.
    whole = where.parent.parent if where.parent.name == "snapshots" else where
    opens = f"chmod -R a+rX {whole}" if closed.is_relative_to(whole.resolve()) else f"chmod a+x {closed}"
    return warn(
        f"others cannot read {closed}: only your shared engine can use it, not workers of the learners' own.",
        f"{opens}, or keep it in a folder that is open to all.",
    )


def unreadable_for_others(where: Path) -> Path | None:
    """Return the first file or folder of a model, or above it, that is closed to others; None where all is open."""
    real = where.resolve()
    for above in reversed(real.parents):
        if not above.stat().st_mode & stat.S_IXOTH:
            return above
    for path in (real, *sorted(real.rglob("*"))) if real.is_dir() else (real,):
        mode = path.stat().st_mode  # of a link, what it leads to
        needed = stat.S_IXOTH | stat.S_IROTH if stat.S_ISDIR(mode) else stat.S_IROTH
        if mode & needed != needed:
            return path
    return None


def _hand_ins(plan: Class) -> Finding:
    folder = plan.hand_ins
    make = f"install -d -m 1777 {folder}"
    if not folder.is_dir():
        return warn(f"{folder} is not there.", f"For hand-ins in one place: {make}")
    mode = folder.stat().st_mode
    if not mode & stat.S_IWOTH:
        return warn(f"{folder} is not open to all learners.", f"chmod 1777 {folder}")
    if not mode & stat.S_ISVTX:
        return fail(f"{folder} has no sticky bit: anybody could remove anybody's hand-in.", f"chmod 1777 {folder}")
    return ok(f"open to all, and each keeps their own (sticky bit); {folder}")


def _group(plan: Class) -> Finding:
    if plan.group is None:
        return warn(
            "no --group: only you could reach the shared engine.",
            "Name a group that all learners are in: class serve --group GROUP",
        )
    try:
        found = grp.getgrnam(plan.group)
    except KeyError:
        return fail(f"there is no group '{plan.group[:80]}'.", f"groupadd {plan.group[:80]}, then add the learners.")
    if os.getuid() != 0 and found.gr_gid not in (*os.getgroups(), os.getgid()):
        return fail(
            f"you are no member of {found.gr_name}, and so cannot open the engine to it.", "Ask root to add you."
        )
    if 0 < len(found.gr_mem) < plan.learners:
        return warn(
            f"{found.gr_name} lists {counted(len(found.gr_mem), 'member')} for {counted(plan.learners, 'learner')}.",
            f"usermod -aG {found.gr_name} USER for each who is missing; they log in anew.",
        )
    return ok(f"{found.gr_name}; the engine will listen at {plan.socket}")


def _logout(plan: Class) -> Finding:
    for check in LOGOUT:
        found = check.look(plan.place)
        if found.level != "ok":
            return warn(found.text, f"{found.todo} Or let systemd keep the engine: see the README.")
    return ok("the engine goes on when you log out")


def _time(plan: Class) -> Finding:
    exercise = first_exercise(plan.lesson)
    if exercise is None:
        return ok("the lesson has no exercise with series")
    section = next(each for each in plan.lesson.sections if each.id == exercise.section)
    wanted = [settings for series in _pictures_of(plan.lesson, plan.model) for settings in series]
    each = predict([Item("", settings) for settings in wanted], plan.runs, practice=plan.model == BUILT_IN)
    pictures = counted(len(wanted), "picture")
    asked = f"{exercise.title}: {pictures} a learner; {section.label} has {section.minutes:g} min"
    if each is None:
        return warn(
            f"{asked}. How long a picture takes here was never measured.",
            'Make two here, then ask again: workshop-tui sweep "a lighthouse" --vary seed=1,2 --out lighthouse '
            f"--model {shlex.quote(plan.model)}",
        )
    least, most = each, each * plan.learners
    text = (
        f"{asked}. One shared model takes {duration(most)} for all {plan.learners}, {duration(least)} where all ask "
        "for the lesson's own pictures (equal ones are made once)"
    )
    if most <= section.minutes * 60:
        return ok(text)
    others = "; ".join(_cheaper(plan, wanted, most, section.minutes))
    return warn(f"{text}.", f"Let them begin earlier (a, from any section on), or: {others}.")


def _cheaper(plan: Class, wanted: Sequence[Settings], seconds: float, minutes: float) -> list[str]:
    """Return what else would help: fewer steps, smaller pictures, more cards.

    Args:
        plan: The class.
        wanted: The pictures of one learner.
        seconds: What they take for all on one card.
        minutes: That the section has.
    """

    def cost(change: Callable[[Settings], Settings]) -> str:
        items = [Item("", change(settings)) for settings in wanted]
        each = predict(items, plan.runs, practice=plan.model == BUILT_IN) or 0.0
        return duration(each * plan.learners)

    fewer = cost(lambda each: _at_most(each, FEWER_STEPS, each.width, each.height))
    smaller = cost(lambda each: _at_most(each, each.num_inference_steps, SMALLER_SIDE, SMALLER_SIDE))
    cards = math.ceil(seconds / (minutes * 60))
    return [
        f"at most {FEWER_STEPS} steps: {fewer}",
        f"at most {SMALLER_SIDE} px: {smaller}",
        f"{counted(cards, 'card')} with an engine each",
    ]


def _at_most(settings: Settings, steps: int, width: int, height: int) -> Settings:
    return msgspec.structs.replace(
        settings,
        num_inference_steps=min(settings.num_inference_steps, steps),
        width=min(settings.width, width),
        height=min(settings.height, height),
    )


def first_exercise(lesson: Lesson) -> Exercise | None:
    """Return the first exercise with series of pictures that is not optional."""
    return next((each for each in lesson.exercises if each.sweeps and not each.optional), None)


def _pictures_of(lesson: Lesson, model: str) -> list[list[Settings]]:
    """Return by series what the first exercise asks for."""
    exercise = first_exercise(lesson)
    return [asked_settings(part, lesson_setup(part, model), model) for part in (parts(exercise) if exercise else [])]
