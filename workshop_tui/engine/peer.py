"""Who is at the other end of a socket: the kernel says which user, so that nobody can claim to be another."""

import hashlib
import pwd
import socket
import struct

import msgspec

from workshop_tui.errors import WorkshopError
from workshop_tui.paths import learner_name

_CREDENTIALS = struct.Struct("3i")
"""`struct ucred` of Linux: process, user and group id."""


class Peer(msgspec.Struct, frozen=True):
    """One learner: a user of the machine, and the name they gave where several share a Unix account."""

    uid: int
    learner: str

    @property
    def key(self) -> str:
        """Names the learner's folder; nothing of it is taken from the client as it came."""
        return f"{self.uid}-{hashlib.sha256(self.learner.encode()).hexdigest()[:12]}"

    @property
    def login(self) -> str:
        """The user's login name, or the number where it has none."""
        return login_name(self.uid)

    @property
    def words(self) -> str:
        """The learner's name and, where it differs, the login name: `ada (u17)`."""
        return self.learner if self.learner == self.login else f"{self.learner} ({self.login})"


def login_name(uid: int) -> str:
    """Return a user's login name, or the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def peer_uid(connection: socket.socket) -> int:
    """Return the user id of the process that opened the other end, from the kernel (`SO_PEERCRED`, unix(7)).

    Raises:
        WorkshopError: This system does not tell.
    """
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        raise WorkshopError("A shared engine needs Linux: this system does not tell who opens a socket.")
    _, uid, _ = _CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size))
    return uid


def peer_of(connection: socket.socket, learner: str) -> Peer:
    """Return who is at the other end.

    Args:
        connection: A Unix socket's.
        learner: The name that the client gave; empty means the login name.

    Raises:
        UserError: The name is none.
        WorkshopError: This system does not tell the user.
    """
    uid = peer_uid(connection)
    return Peer(uid, learner_name(learner or login_name(uid)))
