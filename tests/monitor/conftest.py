import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_PRELUDE = """
import json, os, msgspec
from workshop_tui.monitor.nvml import NvmlReader
now = 100.0
reader = NvmlReader(clock=lambda: now)
def show(thing=None):
    print(json.dumps(msgspec.to_builtins(reader.read() if thing is None else thing)), flush=True)
"""


def _build(folder: Path, *flags: str) -> Path:
    source = Path(__file__).with_name("fake_nvml.c")
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("the stand-in for the driver's library needs Linux and a C compiler")
    target = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-Wall", *flags, "-o", target, source], check=True)
    return folder


@pytest.fixture(scope="session")
def nvml_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a driver library as of today."""
    return _build(tmp_path_factory.mktemp("nvml"))


@pytest.fixture(scope="session")
def old_nvml_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a driver library without the functions of the last years."""
    return _build(tmp_path_factory.mktemp("old-nvml"), "-DOLD")


@pytest.fixture(scope="session")
def no_nvml_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that hides the driver library of a machine that has one."""
    folder = tmp_path_factory.mktemp("no-nvml")
    (folder / "libnvidia-ml.so.1").touch()
    return folder


@pytest.fixture
def read_gpus(nvml_library: Path) -> Callable[..., list[Any]]:
    """Run lines of Python in a process that finds the library; returns what each `show()` printed.

    Keyword arguments become `FAKE_...` settings of the library.
    """

    def run(script: str = "show()", library: Path = nvml_library, **settings: object) -> list[Any]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("FAKE_")}
        environment["LD_LIBRARY_PATH"] = str(library)
        environment |= {f"FAKE_{key}": str(value) for key, value in settings.items()}
        command = [sys.executable, "-c", _PRELUDE + script]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run
