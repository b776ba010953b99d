"""Where everything lies: state, caches, logs, hand-ins, and the files that ship with the program."""

import os
import unicodedata
from pathlib import Path

import msgspec

from workshop_tui.config import APP, load_config, state_home, user_file
from workshop_tui.errors import UserError
from workshop_tui.text import is_unsafe, plain, slug

_PACKAGE = Path(__file__).parent
_WORKER = ("workshop_tui.worker",)


def shipped(name: str) -> Path:
    """Return a shipped folder, `lessons` or `presets`: from the wheel, else from the checkout."""
    packed = _PACKAGE / "_shipped" / name
    if packed.is_dir():
        return packed
    return _PACKAGE.parent / ("profiles/presets" if name == "presets" else name)


def checkout() -> Path | None:
    """Return the root of the source checkout that the program runs from, or None when it is installed."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "lessons").is_dir() else None


class LearnerPaths(msgspec.Struct, frozen=True):
    """One learner's state; learners who share a Unix account share none of it."""

    name: str
    """The name as the learner wrote it."""
    root: Path
    """Holds the notebook, the spool, the pictures and the learner's presets."""
    hand_in: Path
    """Where profile and checklist are written."""
    log: Path
    """The worker's log."""
    engine: Path | None = None
    """The socket of a shared engine; None for a worker of the learner's own."""
    program: tuple[str, ...] = _WORKER
    """The worker's module, and what it is told beside the usual."""

    @property
    def who_knows(self) -> str:
        """Where to learn what became of a worker that was lost."""
        return f"Its log: {self.log}" if self.engine is None else "Whoever runs the shared engine knows more."

    @property
    def notebook(self) -> Path:
        return self.root / "notebook.sqlite3"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def pictures(self) -> Path:
        return self.root / "pictures"

    @property
    def presets(self) -> Path:
        return self.root / "presets"

    @property
    def socket(self) -> Path:
        """The worker's socket.

        It lies in /tmp because a Unix socket's path holds 107 bytes, because an NFS home would show one
        machine's socket on another, and because XDG_RUNTIME_DIR is emptied at the last logout, when the
        worker must live on. The name comes from the state folder, so that two homes never meet.
        """
        import hashlib  # not for the class, which has to be on the screen first

        digest = hashlib.sha256(os.fsencode(self.root.absolute())).hexdigest()[:16]
        return socket_folder() / f"{digest}.sock"


class Paths(msgspec.Struct, frozen=True):
    """The folders of one user of the program."""

    data: Path
    cache: Path
    log: Path
    config: Path
    hand_ins: Path
    engine: Path | None = None
    """The socket of a shared engine, where one is set."""

    def learner(self, name: str | None = None) -> LearnerPaths:
        """Return the paths of a learner: the one named, else `WORKSHOP_TUI_LEARNER`, else the login name.

        Raises:
            UserError: The name is empty, longer than 80 characters, or holds control characters.
        """
        name = learner_name(name)
        folder = slug(name)
        return LearnerPaths(
            name=name,
            root=self.data / "learners" / folder,
            hand_in=self.hand_ins / folder,
            log=self.log / f"worker-{folder}.log",
            engine=self.engine,
        )

    def shared_engine(self, socket: Path, replicas: tuple[str, ...] = ()) -> LearnerPaths:
        """Return the paths of a shared engine and its worker, which are a learner's of that name and no other's.

        Args:
            socket: Where it listens for learners.
            replicas: What a cluster's worker is told of its replicas; empty for an ordinary one.
        """
        import hashlib

        name = hashlib.sha256(os.fsencode(socket)).hexdigest()[:16]
        return LearnerPaths(
            name="the class",
            root=self.data / "engines" / name,
            hand_in=self.hand_ins,
            log=self.log / f"engine-{name}.log",
            program=("workshop_tui.cluster", *replicas) if replicas else _WORKER,
        )


def learner_name(name: str | None = None) -> str:
    """Return the learner's name: the one given, else `WORKSHOP_TUI_LEARNER`, else the login name."""
    given = name if name is not None else os.environ.get("WORKSHOP_TUI_LEARNER")
    if given is None:
        import getpass

        try:
            given = getpass.getuser()
        except (OSError, KeyError):  # a container's user id without an entry in passwd
            given = f"user-{os.getuid()}"
    # One name however it was typed: macOS takes an accented letter apart, Linux does not.
    given = unicodedata.normalize("NFC", " ".join(given.split()))
    if not given:
        raise UserError("The learner's name is empty.", "Give one: --learner NAME, or set WORKSHOP_TUI_LEARNER.")
    if len(given) > 80:
        raise UserError(f"The learner's name has {len(given)} characters; at most 80 fit.", "Give a shorter one.")
    if any(is_unsafe(char) for char in given):
        raise UserError(
            f"The learner's name '{plain(given)}' holds characters that cannot be shown.", "Give one without them."
        )
    return given


def find_paths(hand_ins: str | os.PathLike[str] | None = None, engine: str | os.PathLike[str] | None = None) -> Paths:
    """Find the program's folders; nothing is made.

    `WORKSHOP_TUI_HOME` moves all state below one folder; otherwise the platform's usual places serve.
    Hand-ins go to `hand_ins`, else to the configuration's `hand_in_folder`, else to `profiles/` in a checkout, else
    below the data folder. `engine` likewise stands before the configuration's.

    Raises:
        UserError: The configuration is wrong, or a path cannot be.
    """
    set_up = load_config()
    home = state_home()
    if home:
        data, cache, log = home / "data", home / "cache", home / "log"
    else:
        import platformdirs

        data = platformdirs.user_data_path(APP)
        cache = platformdirs.user_cache_path(APP)
        log = platformdirs.user_log_path(APP)
    root = checkout()
    if hand_ins or set_up.hand_in_folder:
        folder = _folder(hand_ins or set_up.hand_in_folder or "", "The hand-in folder")
    elif root and not home:
        folder = root / "profiles"
    else:
        folder = data / "profiles"
    socket = _folder(engine, "The engine's socket") if engine else set_up.engine
    return Paths(data=data, cache=cache, log=log, config=user_file().parent, hand_ins=folder, engine=socket)


def _folder(given: str | os.PathLike[str], what: str) -> Path:
    try:
        return Path(given).expanduser().absolute()
    except RuntimeError:  # ~somebody who has no home here
        raise UserError(
            f"{what} is '{plain(str(given))}', which names a home that is not there.", "Write the whole path."
        ) from None


def socket_folder() -> Path:
    """Return the folder of all this user's worker sockets; `files.private_folder` makes and checks it."""
    return Path("/tmp") / f"{APP}-{os.getuid()}"
