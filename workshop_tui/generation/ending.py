"""Ends a learner's worker, whatever state it is in."""

import asyncio
import contextlib
import time

import psutil

from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.link import check_socket_folder, open_own
from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.paths import LearnerPaths

GREETING_SECONDS = 1.5
"""How long a worker may take to answer before `stop` counts it as hung."""

LEAVING_SECONDS = 3.0
"""How long a worker may take to leave before it is killed."""

KILLED_SECONDS = 1.0
"""How long the system may take to end a killed one."""


async def stop_worker(learner: LearnerPaths, drop: bool) -> tuple[int | None, str]:
    """End a learner's worker, at the latest by a signal that cannot be refused.

    Args:
        learner: Whose.
        drop: Forget what waits in its line.

    Returns:
        The worker's process id, and how it ended: `none`, `stopped` or `killed`.

    Raises:
        UserError: The folder of its socket is not this user's alone.
        WorkshopError: It is another user's, or cannot be ended.
    """
    check_socket_folder(learner.socket)
    pid = worker_pid(learner.root)
    asked = False
    with contextlib.suppress(ConnectionError, WorkshopError):
        link = await open_own(learner.socket, GREETING_SECONDS)
        try:
            pid = link.welcome.pid
            await link.send(protocol.Stop(drop))
            # It first sends what nobody has fetched; to one that hangs up meanwhile it does not listen any more.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LEAVING_SECONDS):
                    while True:
                        await link.receive()
        except ConnectionError:  # it hangs up, and leaves
            asked = True
        finally:
            link.close()
    if pid is None:
        return None, "none"
    return pid, await end_process(pid, asked=asked)


async def end_process(pid: int, *, asked: bool = False) -> str:
    """End a worker's process, at the latest by a signal that cannot be refused; say how it ended.

    Args:
        pid: Which.
        asked: It has been told to leave.

    Returns:
        `stopped` or `killed`.

    Raises:
        WorkshopError: It is another user's, or cannot be ended.
    """
    try:
        process = psutil.Process(pid)
        if not asked:
            process.terminate()
        if await _gone(process, LEAVING_SECONDS):
            return "stopped"
        process.kill()
        if await _gone(process, KILLED_SECONDS):
            return "killed"
    except psutil.NoSuchProcess:
        return "stopped"
    except psutil.AccessDenied as error:
        raise WorkshopError(f"Worker {pid} is not yours to end.", "It runs as another user: ask them.") from error
    raise WorkshopError(f"Worker {pid} does not end, even killed.", "A driver may hold it: see `dmesg`, or restart.")


async def _gone(process: psutil.Process, seconds: float) -> bool:
    """Wait until a process has ended; one whose parent has not asked for its end has ended too."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        await asyncio.sleep(0.02)
    return False
