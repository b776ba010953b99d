import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import workshop_tui.worker  # noqa: F401  sets the libraries' switches before torch is imported
from workshop_tui.generation.settings import Settings


@pytest.fixture(scope="session")
def small_flux(model_cache: Path) -> Path:
    """The built-in model's folder; never write to it."""
    from workshop_tui.models.small_flux import ensure_small_flux

    return ensure_small_flux(model_cache)


@pytest.fixture
def copied_model(small_flux: Path, tmp_path: Path) -> Path:
    """A copy of the built-in model to damage."""
    folder = tmp_path / "my-flux"
    shutil.copytree(small_flux, folder)
    return folder


@pytest.fixture
def settings() -> Callable[..., Settings]:
    """Make settings that take little time."""

    def make(prompt: str = "a robot, watercolor", **changes: object) -> Settings:
        base = {"num_inference_steps": 3, "seed": 42, "width": 256, "height": 256}
        return Settings(prompt, **{**base, **changes})  # type: ignore[arg-type]

    return make
