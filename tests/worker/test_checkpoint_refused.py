"""Files that are no whole transformer are refused by their headers alone, with their name and what to do."""

import shutil
import struct
import subprocess
import sys
import zipfile

import gguf
import pytest
import torch
from safetensors.torch import save_file

from workshop_tui.errors import UserError
from workshop_tui.generation.checkpoint import read_checkpoint
from workshop_tui.generation.flux_tensors import ORIGINAL, Sizes, expected
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.sources import find_model


def find(path):
    return find_model(str(path))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"proj_out.bias": None}, r"lacks 1 tensor\(s\) of a FLUX.1 transformer: proj_out\.bias"),
        ({"transformer_blocks.1.ff.net.2.weight": None}, "lacks 1 tensor"),
        ({"controlnet_blocks.0.weight": torch.zeros(2)}, r"has unknown 1 tensor\(s\).*controlnet_blocks"),
        ({"proj_out.bias": torch.zeros(3)}, "has other shapes of 1 tensor"),
        ({"x_embedder.weight": None}, "holds no FLUX.1 transformer"),
        ({"transformer_blocks.0.attn.norm_q.weight": torch.zeros(7)}, "its heads are 7 wide"),
    ],
)
def test_tensors_that_do_not_match_are_refused_by_the_header(tensors, write_gguf, tmp_path, change, words):
    path = tmp_path / "odd.safetensors"
    changed = {name: tensor for name, tensor in {**tensors, **change}.items() if tensor is not None}
    save_file(changed, path)
    with pytest.raises(UserError, match=words):
        read_checkpoint(path)
    write_gguf(path.with_suffix(".gguf"), changed, "Q8_0")
    with pytest.raises(UserError, match=words):
        read_checkpoint(path.with_suffix(".gguf"))


def test_only_the_width_of_flux_1_is_converted(tmp_path):
    narrow = expected(ORIGINAL, Sizes(1, 1, 64, 32, 64, 64, 64, 64, guided=False))
    save_file({name: torch.zeros(shape) for name, shape in narrow.items()}, tmp_path / "narrow.safetensors")
    with pytest.raises(UserError, match=r"is 64 wide; in the original layout only FLUX\.1's 3072 is loaded"):
        read_checkpoint(tmp_path / "narrow.safetensors")


@pytest.mark.parametrize("kept", [0, 3, 20, 2_000, 100_000, -1])
def test_a_truncated_file_is_called_damaged(gguf_file, small_file, tmp_path, kept):
    for whole in (gguf_file, small_file):
        path = tmp_path / whole.name
        path.write_bytes(whole.read_bytes()[:kept])
        with pytest.raises(UserError, match="is damaged"):
            read_checkpoint(path)


def test_a_gguf_type_that_diffusers_lacks_is_named(gguf_file, tmp_path):
    path = tmp_path / "odd.gguf"
    old, new = gguf.GGMLQuantizationType.Q4_1, gguf.GGMLQuantizationType.Q8_1
    header = gguf_file.read_bytes()
    at = header.index(b"x_embedder.weight") + len(b"x_embedder.weight") + 4 + 2 * 8
    assert struct.unpack("<I", header[at : at + 4]) == (old,)
    path.write_bytes(header[:at] + struct.pack("<I", new) + header[at + 4 :] + bytes(2**20))
    with pytest.raises(UserError, match="as Q8_1, which diffusers cannot compute with"):
        read_checkpoint(path)


def test_pickles_are_refused_whatever_they_are_called(tmp_path, model_cache):
    class Bomb:
        def __reduce__(self):
            return (sys.exit, ("it ran",))

    torch.save({"x": torch.zeros(1)}, tmp_path / "flux.ckpt")
    with pytest.raises(UserError, match="is a pickle, which can run code when it is opened"):
        find(tmp_path / "flux.ckpt")
    torch.save(Bomb(), tmp_path / "flux.safetensors")
    assert zipfile.is_zipfile(tmp_path / "flux.safetensors")
    for ending in (".safetensors", ".gguf"):
        shutil.copy(tmp_path / "flux.safetensors", tmp_path / f"copy{ending}")
        with pytest.raises(UserError, match="is damaged"):
            find(tmp_path / f"copy{ending}")


def test_without_the_package_a_gguf_file_says_what_to_install(gguf_file):
    program = (
        "import sys\nsys.modules['gguf'] = None\nfrom pathlib import Path\n"
        "from workshop_tui.generation.checkpoint import read_checkpoint\nread_checkpoint(Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", program, gguf_file], capture_output=True, text=True)
    assert "Install it: pip install gguf" in done.stderr


def test_quantizing_what_is_quantized_is_refused(gguf_file, small_file, model_cache):
    with pytest.raises(UserError, match=r"small-q4\.gguf is quantized already \(Q4_1\).*bnb-nf4"):
        find(gguf_file).refuse_quantizing("bnb-nf4")
    find(gguf_file).refuse_quantizing("auto")
    find(small_file).refuse_quantizing("bnb-nf4")


def test_a_run_that_quantizes_a_gguf_file_is_refused_and_one_of_a_plain_file_is_made(
    gguf_file, small_file, model_cache, settings, home
):
    engine = Engine(model_cache, "cpu")
    wanted = settings(num_inference_steps=1, width=64, height=64, quantization="bnb-nf4")

    def make(model, number):
        request = RunRequest(f"{number:032x}", "f" * 32, wanted, model=str(model))
        return engine.run(request, lambda _progress: None, lambda: False)[0]

    refused = make(gguf_file, 1)
    assert (refused.outcome, refused.reason.startswith("quantization: small-q4.gguf is quantized")) == ("refused", True)
    made = make(small_file, 2)
    assert (made.outcome, made.placing.quantization) == ("ok", "bnb-nf4")
