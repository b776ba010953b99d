"""Drives a cluster's replicas as one worker: `python -m workshop_tui.cluster`; `class serve --replicas` starts it."""

import asyncio
import logging
import os
from collections.abc import Callable

from workshop_tui.cluster.actor import Actor
from workshop_tui.cluster.ray_cluster import RayCluster
from workshop_tui.cluster.replica import Replica
from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.message import Message
from workshop_tui.worker.process import arguments, run

HEARD_SECONDS = 1.0
"""Until a last word has been read."""


def main(actor: type[Actor] = Actor) -> None:
    """Make pictures with several engines, in Ray actors of a class."""
    parser = arguments("workshop_tui.cluster", __doc__)
    parser.add_argument("--replicas", type=int, required=True)
    parser.add_argument("--gpus-each", type=float, help="default: one where the cluster has any")
    options = parser.parse_args()
    # A short name: Ray's own sockets lie deep below it, and a socket's path holds 107 bytes.
    scratch = options.socket.with_name(f"r-{options.socket.stem[:8]}")
    cluster = RayCluster(options.state, scratch, options.replicas, options.gpus_each, actor)

    def makers(tell: Callable[[Message, bytes], None], news: Callable[[], None]) -> list[Replica]:
        ready = asyncio.create_task(_start(cluster, tell))
        return [Replica(cluster, ready, tell, news) for _ in range(options.replicas)]

    run(options, makers, at_end=cluster.close)


async def _start(cluster: RayCluster, tell: Callable[[Message, bytes], None]) -> None:
    """Start, and end the process where that fails: nothing can be made then, and its last word says why."""
    try:
        await asyncio.to_thread(cluster.start)
    except WorkshopError as error:
        logging.error("%s %s", error.message, error.hint)
        tell(protocol.Notice(f"{error.message} {error.hint}"), b"")
        await asyncio.sleep(HEARD_SECONDS)
        os._exit(1)


if __name__ == "__main__":
    main()
