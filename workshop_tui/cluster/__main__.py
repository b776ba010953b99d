"""Drives a cluster's replicas as one worker: `python -m workshop_tui.cluster`; `class serve --replicas` starts it."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable

from workshop_tui.cluster.actor import Actor
from workshop_tui.cluster.ray_cluster import RayCluster, Wanted, last_line
from workshop_tui.cluster.replica import Replica
from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.message import Message
from workshop_tui.worker.process import arguments, run

HEARD_SECONDS = 1.0
"""Until a last word has been read."""

LOOK_SECONDS = 10.0
"""Between two looks at whether the cluster is still the one that this process has connected to."""


def main(actor: type[Actor] = Actor) -> None:
    """Make pictures with several engines, in Ray actors of a class."""
    parser = arguments("workshop_tui.cluster", __doc__)
    parser.add_argument("--replicas", type=int, required=True)
    parser.add_argument("--address", default="", help="HOST:PORT of a cluster's head; default: start one here")
    parser.add_argument("--gpus-each", type=float, help="default: one where the cluster has any")
    parser.add_argument("--cpus-each", type=int, help="default: an equal share of this machine's; of a cluster's, 1")
    options = parser.parse_args()
    # A short name: Ray's own sockets lie deep below it, and a socket's path holds 107 bytes.
    scratch = options.socket.with_name(f"r-{options.socket.stem[:8]}")
    wanted = Wanted(options.replicas, options.address, options.gpus_each, options.cpus_each)
    cluster = RayCluster(options.state, scratch, wanted, actor)

    watching: list[asyncio.Task[None]] = []  # held: the loop alone would let a task go

    def makers(tell: Callable[[Message, bytes], None], news: Callable[[], None]) -> list[Replica]:
        ready = asyncio.create_task(_start(cluster, tell, options.gpus_each is None))
        watching.append(asyncio.create_task(_watch(cluster, ready, tell)))
        return [Replica(cluster, ready, tell, news) for _ in range(options.replicas)]

    run(options, makers, at_end=cluster.close)


async def _start(cluster: RayCluster, tell: Callable[[Message, bytes], None], wants_gpu: bool) -> None:
    """Start, and end the process where that fails: nothing can be made then, and its last word says why."""
    loop, started = asyncio.get_running_loop(), asyncio.Event()
    failed: list[Exception] = []

    def start() -> None:
        try:
            cluster.start()
        except Exception as error:  # Ray raises what it likes
            failed.append(error)
        loop.call_soon_threadsafe(started.set)
        threading.Event().wait()  # Ray's processes end with the thread that has started them

    threading.Thread(target=start, name="Ray", daemon=True).start()
    await started.wait()
    for error in failed:
        text = f"{error.message} {error.hint}" if isinstance(error, WorkshopError) else f"Ray: {last_line(error)}"
        logging.error("%s", text, exc_info=None if isinstance(error, WorkshopError) else error)
        await _end(tell, text)
    if wants_gpu and cluster.has_no_gpu:
        text = "The Ray cluster has no GPU: replicas compute on its CPUs. --gpus-each 1 lets them wait for GPUs."
        logging.warning("%s", text)
        tell(protocol.Notice(text), b"")


async def _watch(cluster: RayCluster, ready: asyncio.Task[None], tell: Callable[[Message, bytes], None]) -> None:
    """End the process once its cluster has another head, which knows none of its actors: they would be waited for."""
    await ready
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            known = await asyncio.to_thread(lambda: cluster.knows_this_machine)
        except Exception as error:  # Ray raises what it likes, and ends this process where the head stays away
            logging.warning("the cluster's head cannot be asked: %s", last_line(error))
            continue
        if not known:
            logging.error("the cluster's head was started anew")
            await _end(tell, "The Ray cluster was started anew: its replicas are started again.")


async def _end(tell: Callable[[Message, bytes], None], text: str) -> None:
    """End this process, once its last word was heard; whoever drives it starts it anew."""
    tell(protocol.Notice(text), b"")
    await asyncio.sleep(HEARD_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
