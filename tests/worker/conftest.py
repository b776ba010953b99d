import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workshop_tui.worker  # noqa: F401  sets the libraries' switches before torch is imported
from workshop_tui.generation.model_shape import ModelShape, find_shape
from workshop_tui.generation.settings import Settings


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


@pytest.fixture(scope="session")
def write_gguf() -> Callable[..., Path]:
    """Write tensors as GGUF: matrices in a type, biases in bfloat16, as some are published, the rest in float32."""
    import gguf

    def write(path: Path, tensors: dict[str, Any], kind: str = "Q4_1") -> Path:
        writer = gguf.GGUFWriter(str(path), "flux")
        for name, tensor in tensors.items():
            values = tensor.float().numpy()
            if name.endswith("bias"):
                quant = gguf.GGMLQuantizationType.BF16
            elif values.ndim == 2 and values.shape[1] % 32 == 0:
                quant = gguf.GGMLQuantizationType[kind]
            else:
                quant = gguf.GGMLQuantizationType.F32
            writer.add_tensor(name, gguf.quants.quantize(values, quant), raw_dtype=quant)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path

    return write


@pytest.fixture(scope="session")
def files(small_flux: Path, tmp_path_factory) -> Path:
    """A folder that holds a model, `base`, to lend its other parts to the files beside it; tests add no files."""
    place = tmp_path_factory.mktemp("files")
    shutil.copytree(small_flux, place / "base")
    return place


@pytest.fixture(scope="session")
def tensors(small_flux: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(small_flux / "transformer" / "diffusion_pytorch_model.safetensors")


@pytest.fixture(scope="session")
def small_file(files, tensors) -> Path:
    """The practice model's transformer as one file in the diffusers layout."""
    from safetensors.torch import save_file

    save_file(tensors, files / "small.safetensors")
    return files / "small.safetensors"


@pytest.fixture(scope="session")
def gguf_file(files, tensors, write_gguf) -> Path:
    """The same as GGUF, matrices in Q4_1; biases in bfloat16, as some are published."""
    return write_gguf(files / "small-q4.gguf", tensors)


@pytest.fixture
def dev(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModelShape:
    """FLUX.1 [dev]'s sizes, without its files."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return find_shape("black-forest-labs/FLUX.1-dev")
