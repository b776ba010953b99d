"""The program and what it stands on: Python, torch, and the other packages. Nothing heavy is imported to find out."""

import platform
import re
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from workshop_tui import __version__
from workshop_tui.doctor.finding import Check, Finding, Place, fail, ok, warn
from workshop_tui.monitor.remedies import stray_reader
from workshop_tui.paths import checkout

_NAME = "workshop-tui"
_PIP = f"{sys.executable} -m pip"
_CONSTANT = re.compile(r"^(cuda|hip|xpu)\b[^=\n]*=\s*'([^'\n]*)'", re.MULTILINE)


class Torch(msgspec.Struct, frozen=True):
    """The torch that is installed."""

    version: str
    cuda: str = ""
    """The CUDA release that it was built for, `12.8`; empty for another build."""
    other: str = ""
    """`ROCm` or `XPU` for builds that are for other makers' GPUs."""

    @property
    def build(self) -> str:
        """What the build is for, in words."""
        return f"CUDA {self.cuda} build" if self.cuda else f"{self.other or 'CPU'} build"


@cache
def torch() -> Torch | None:
    """Return which torch is installed, read from its files: importing it takes seconds. None where there is none."""
    try:
        found = metadata.distribution("torch")
        text = Path(str(found.locate_file("torch/version.py"))).read_text(encoding="utf-8")
    except metadata.PackageNotFoundError:
        return None
    except OSError:
        return Torch(metadata.version("torch"))
    return read_torch(found.version, text)


def read_torch(version: str, text: str) -> Torch:
    """Return what a `torch/version.py` tells, of this torch or an older one."""
    built = dict(_CONSTANT.findall(text))
    return Torch(version, built.get("cuda", ""), "ROCm" if built.get("hip") else "XPU" if built.get("xpu") else "")


@cache
def _project() -> tuple[str, list[Requirement]]:
    """Return which Python and packages are asked for: of a checkout by its pyproject.toml, which is the newest word."""
    root = checkout()
    if root:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        python, wanted = project["requires-python"], project["dependencies"]
    else:
        python = metadata.metadata(_NAME)["Requires-Python"] or ""
        wanted = metadata.requires(_NAME) or []
    needed = [Requirement(text) for text in wanted]
    return python, [one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]


def _python(_place: Place) -> Finding:
    version, wanted = platform.python_version(), _project()[0]
    if not SpecifierSet(wanted).contains(version, prereleases=True):
        return fail(
            f"{version}; {wanted} is needed.", "Make a virtual environment with a newer Python, and install there."
        )
    return ok(f"{version}, supported ({wanted}); {sys.executable}")


def _version(_place: Place) -> Finding:
    root = checkout()
    return ok(f"{__version__}" + (f", from the checkout {root}" if root else ""))


def _torch(_place: Place) -> Finding:
    found = torch()
    if found is None:
        return fail("not installed: no picture can be made.", f"{_PIP} install torch")
    return ok(f"{found.version}, {found.build}")


def _packages(_place: Place) -> Finding:
    faults: list[str] = []
    wanted: list[str] = []
    needed = _project()[1]
    for requirement in needed:
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            faults.append(f"{requirement.name} is missing")
        else:
            if requirement.specifier.contains(version, prereleases=True):
                continue
            faults.append(f"{requirement.name} is {version}, not {requirement.specifier}")
        wanted.append(f"'{requirement.name}{requirement.specifier}'")
    if faults:
        return fail("; ".join(faults) + ".", f"{_PIP} install {' '.join(wanted)}")
    return ok(f"all {len(needed)} are there, in versions that serve")


def _stray_pynvml(_place: Place) -> Finding:
    version = stray_reader()
    if not version:
        return ok("nvidia-ml-py alone reads the GPU")
    return warn(
        f"the deprecated package pynvml {version} is installed: it stands in the way of nvidia-ml-py, whose module has "
        "the same name.",
        f"{_PIP} uninstall -y pynvml && {_PIP} install --force-reinstall --no-deps nvidia-ml-py",
    )


CHECKS = (
    Check("python", "program", "Python", _python),
    Check("version", "program", _NAME, _version),
    Check("torch", "program", "torch", _torch),
    Check("packages", "program", "packages", _packages),
    Check("pynvml", "program", "GPU reader", _stray_pynvml),
)
