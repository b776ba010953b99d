"""Connects to a Ray cluster, or starts one on this machine that nobody else can reach.

Whoever may speak to a Ray cluster may run any code on it, as the user who started it. So only this process does, with a
token (Ray's `RAY_AUTH_MODE=token`), and a cluster that asks for none is not used.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from workshop_tui import __version__
from workshop_tui.cluster.actor import Actor
from workshop_tui.cores import usable_cores
from workshop_tui.errors import WorkshopError
from workshop_tui.files import write_atomic

OBJECTS = 256 * 2**20
"""Bytes of the shared memory that pictures pass through on this machine."""

HEAD_SECONDS = 10
"""How long the head of a cluster that was started here may be silent."""

QUIET = {
    "RAY_task_events_report_interval_ms": "0",
    "RAY_enable_metrics_collection": "0",
    "RAY_event_stats": "0",
    "RAY_enable_timeline": "0",
    "RAY_raylet_report_resources_period_milliseconds": "1000",
}
"""What a cluster that is started here leaves out, as nobody looks at it: two percent of two cores' pictures."""

CHECK_SECONDS = 60.0
"""How long a cluster may take to refuse who has no token."""


@dataclass(frozen=True)
class Wanted:
    """What replicas are wanted."""

    replicas: int
    address: str = ""
    """Of the head of a cluster that runs, `HOST:PORT`; empty to start one here."""
    gpus_each: float | None = None
    """None for one where the cluster has any."""
    cpus_each: int | None = None
    """Also the threads that each computes with; None for an equal share of this machine's, in another cluster 1."""


class RayCluster:
    """A cluster with room for replicas.

    Args:
        state: The engine's state folder, which holds the token of a cluster that is started.
        scratch: Gets the sockets and logs of a cluster that is started; what an earlier one left there goes.
        wanted: How many replicas, and of what.
        actor: What each is.
    """

    def __init__(self, state: Path, scratch: Path, wanted: Wanted, actor: type[Actor]) -> None:
        self._scratch = scratch.resolve()
        self._token = state / "ray.token"
        self._wanted = wanted
        self._actor = actor
        self._ray: Any = None
        self.loading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Held while a model is loaded ahead, by machine: each that loads counts on all of its memory."""

    def start(self) -> None:
        """Connect to a cluster that runs, else start one; takes seconds.

        The calling thread must not end before the process: Ray's processes end with the thread that has started them.

        Raises:
            WorkshopError: It does not answer, or cannot be started, or serves whoever asks.
        """
        address = self._wanted.address
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        if not address:
            self._keep_to_this_machine()
        import ray
        from ray.exceptions import RayError

        usual: dict[str, Any] = {"configure_logging": False, "namespace": "workshop-tui"}
        try:
            if address:
                _refuse_open(address)
                ray.init(address=address, **usual)
            else:
                ray.init(
                    num_cpus=max(usable_cores(), self._wanted.replicas),
                    include_dashboard=False,
                    object_store_memory=OBJECTS,
                    _temp_dir=str(self._scratch),
                    **usual,
                )
        except (ConnectionError, RuntimeError, ValueError, OSError, RayError) as error:
            where = f"The Ray cluster {address} cannot be used" if address else "Ray cannot be started"
            hint = "See RAY_ADDRESS, and the README on many GPUs."
            raise WorkshopError(f"{where}: {last_line(error)}", hint) from error
        self._ray = ray
        logging.info("Ray %s has %s", ray.__version__, ray.cluster_resources())

    def close(self) -> None:
        """Leave the cluster; one that was started here ends, by force: nothing in it is worth the seconds."""
        if not self._wanted.address:
            self._end_processes()
        elif self._ray:
            self._ray.shutdown()

    def new_actor(self) -> Any:
        """Have one more engine placed where there is room, now or later; Ray starts it anew whenever it dies."""
        gpus, cpus = self._wanted.gpus_each, self._wanted.cpus_each
        if gpus is None:
            gpus = 0.0 if self.has_no_gpu else 1.0
        if cpus is None:
            cpus = 1 if self._wanted.address else max(1, usable_cores() // self._wanted.replicas)
        # Not retried by Ray, which waits for the same actor: the picture goes back into the line, to whoever is free.
        options = {"num_cpus": cpus, "num_gpus": gpus, "max_restarts": -1, "max_task_retries": 0}
        return self._ray.remote(self._actor).options(**options).remote(__version__)

    @property
    def has_no_gpu(self) -> bool:
        """Whether no machine of the cluster has a GPU now."""
        return not self._ray.cluster_resources().get("GPU")

    @property
    def knows_this_machine(self) -> bool:
        """Whether the cluster's head knows where this process runs: one that was started anew does not.

        Raises:
            Exception: Of Ray's, where the head cannot be asked.
        """
        mine = self._ray.get_runtime_context().get_node_id()
        return any(node["NodeID"] == mine and node["Alive"] for node in self._ray.nodes())

    def end_actor(self, actor: Any) -> None:
        """End an actor's process by force; Ray starts it anew."""
        self._ray.kill(actor, no_restart=False)

    @property
    def lost(self) -> type[Exception]:
        """What a call raises whose actor, machine or cluster is gone."""
        return self._ray.exceptions.RayError

    @property
    def gone(self) -> type[Exception]:
        """What a call raises whose actor Ray does not start anew."""
        return self._ray.exceptions.ActorDiedError

    def _keep_to_this_machine(self) -> None:
        """Let a cluster that is started listen on loopback only, with a token of its own."""
        self._end_processes()
        write_atomic(self._token, secrets.token_hex(32).encode(), mode=0o600)
        os.environ["RAY_AUTH_TOKEN_PATH"] = str(self._token)
        os.environ.pop("RAY_AUTH_TOKEN", None)
        # Else every part of Ray listens on all interfaces. The variable is about Windows and macOS, where Ray does this
        # by itself (ray/_private/services.py, `get_node_ip_address`).
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        # After so long without its head this process ends, and what drives it starts it anew with another one.
        os.environ.setdefault("RAY_gcs_rpc_server_reconnect_timeout_s", str(HEAD_SECONDS))

    def _end_processes(self) -> None:
        """End what runs of a cluster that was started for this engine: some of Ray's agents outlive the rest.

        They are known by their logs, because Ray's processes write their titles over their arguments and environment.
        """
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.pid == os.getpid() or not _is_rays(process):
                    continue
                if any(Path(file.path).is_relative_to(self._scratch) for file in process.open_files()):
                    process.kill()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _is_rays(process: psutil.Process) -> bool:
    title = process.name().startswith(("ray::", "raylet", "gcs_server"))
    return title or any("/ray/" in part for part in process.cmdline())


def _refuse_open(address: str) -> None:
    """Refuse a cluster that serves a client without a token.

    Raises:
        WorkshopError: It does, or does not answer.
    """
    without = {key: value for key, value in os.environ.items() if not key.startswith("RAY_AUTH")}
    command = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address]
    environment = {**without, "RAY_AUTH_MODE": "disabled"}
    try:
        asked = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise WorkshopError(f"The Ray cluster {address} does not answer.", "Is its head there? ray status") from error
    if asked.returncode == 0:
        raise WorkshopError(
            f"The Ray cluster {address} asks for no token: whoever reaches it can run any code on it.",
            "Start it with RAY_AUTH_MODE=token on each machine (ray get-auth-token --generate).",
        )
    if "InvalidAuthToken" not in asked.stderr:
        why = last_line(Exception(asked.stderr))
        raise WorkshopError(f"The Ray cluster {address} does not answer: {why}", "Is its head there? ray status")


def last_line(error: Exception) -> str:
    """Return the last line of what Ray says: of a traceback the one that says why."""
    return next((line.strip() for line in reversed(str(error).splitlines()) if line.strip()), type(error).__name__)
