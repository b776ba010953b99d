"""A shared engine on two replicas: the real command, a real cluster, real actors with the built-in model."""

import json
import time

import psutil
import pytest

from tests.engine.served import Served


class Cluster(Served):
    """`class serve --replicas 2` on this machine."""

    def start(self, replicas: int = 2) -> None:
        super().start()
        deadline = time.monotonic() + 120
        while not self._makes(replicas):
            assert time.monotonic() < deadline, self.log
            time.sleep(0.2)

    def _makes(self, replicas: int) -> bool:
        """Tell whether so many replicas are there."""
        state = json.loads(self.run("status", "--json").stdout)["welcome"]["state"]
        return state.get("at_once", 1) == replicas and state["activity"] != "importing"

    @property
    def log(self) -> str:
        return self.place.log.read_text() if self.place.log.exists() else ""

    @property
    def actors(self) -> list[psutil.Process]:
        """The processes that hold a model, by age."""
        return [process for process in self.family if process.name().startswith("ray::Actor")]

    @property
    def head(self) -> psutil.Process:
        """The process that knows the whole cluster."""
        return next(process for process in self.family if process.name().startswith("gcs_server"))

    @property
    def family(self) -> list[psutil.Process]:
        """All processes of the cluster that runs now."""
        if self.worker is None:
            return []
        alive = [each for each in psutil.Process(self.worker).children(recursive=True) if each.is_running()]
        return sorted(alive, key=psutil.Process.create_time)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, model_cache):
    """An engine on two replicas, which a module's tests share: its start takes half a minute."""
    found = Cluster(tmp_path_factory.mktemp("cluster"), model_cache, "--replicas", "2")
    try:
        found.start()
        yield found
    finally:
        found.end()
