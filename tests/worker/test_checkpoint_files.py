"""Single files: a transformer in either layout or as GGUF, read by the real loader; what is no whole one is refused."""

import math
import shutil
from pathlib import Path

import gguf
import pytest
import torch
from diffusers import AutoencoderKL, FluxTransformer2DModel
from diffusers.quantizers.gguf.utils import SUPPORTED_GGUF_QUANT_TYPES
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, T5Config, T5EncoderModel

from workshop_tui.errors import UserError
from workshop_tui.generation.bases import find_base, shipped_config
from workshop_tui.generation.checkpoint import GGUF_TYPES, read_checkpoint
from workshop_tui.generation.flux_tensors import DIFFUSERS, ORIGINAL, Sizes, expected
from workshop_tui.models import components
from workshop_tui.worker.checkpoint import load_transformer
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.request import RunRequest

WEIGHTS = "transformer/diffusion_pytorch_model.safetensors"
TOKEN = 4 * components.LATENT_CHANNELS
"""Width of a picture token of the built-in model, whose other parts are lent to these files."""
WIDE = Sizes(1, 1, 3072, 128, TOKEN, TOKEN, components.TEXT_WIDTH, components.TEXT_WIDTH, guided=True)
"""One block of each kind in FLUX.1's width, for the practice model's text encoders."""
PREFIX = "model.diffusion_model."


@pytest.fixture(autouse=True)
def no_other_models(home, monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture(scope="session")
def wide(files) -> Path:
    """A random transformer in the original layout, 1.1 GB; with the prefix and other parts beside it."""
    torch.manual_seed(7)
    every = {
        f"{PREFIX}{name}": torch.empty(shape, dtype=torch.bfloat16).uniform_(-0.02, 0.02)
        for name, shape in expected(ORIGINAL, WIDE).items()
    }
    save_file({**every, "vae.decoder.conv_in.weight": torch.zeros(2)}, files / "wide.safetensors")
    return files / "wide.safetensors"


def load(name: object) -> LoadedModel:
    return load_model(str(name), device="cpu", on_progress=lambda _message, _fraction: None)


def make(engine: Engine, model: object, settings, number: int = 1):
    request = RunRequest(f"{number:032x}", "f" * 32, settings, model=str(model))
    return engine.run(request, lambda _progress: None, lambda: False)


def test_the_shipped_configurations_describe_flux_1():
    with torch.device("meta"):
        parts = {
            "transformer": FluxTransformer2DModel.from_config(shipped_config(True, "transformer")),
            "text_encoder_2": T5EncoderModel(T5Config.from_dict(shipped_config(True, "text_encoder_2"))),
            "text_encoder": CLIPTextModel(CLIPTextConfig.from_dict(shipped_config(True, "text_encoder"))),
            "vae": AutoencoderKL.from_config(shipped_config(True, "vae")),
        }
        schnell = FluxTransformer2DModel.from_config(shipped_config(False, "transformer"))
    billions = {name: round(part.num_parameters() / 1e9, 2) for name, part in parts.items()}
    assert billions == {"transformer": 11.90, "text_encoder_2": 4.76, "text_encoder": 0.12, "vae": 0.08}
    assert schnell.num_parameters() / 1e9 == pytest.approx(11.89, abs=0.005)
    # A whole file is known by its names and shapes, in either layout.
    sizes = Sizes(19, 38, 3072, 128, 64, 64, 4096, 768, guided=True)
    shapes = {name: tuple(tensor.shape) for name, tensor in parts["transformer"].state_dict().items()}
    assert expected(DIFFUSERS, sizes) == shapes
    assert sum(map(math.prod, expected(ORIGINAL, sizes).values())) == parts["transformer"].num_parameters()
    assert len(expected(ORIGINAL, sizes)) == 780


def test_gguf_types_are_those_that_diffusers_computes_with():
    assert set(GGUF_TYPES) - {"F32", "F16"} == {kind.name for kind in SUPPORTED_GGUF_QUANT_TYPES}


def test_a_file_in_the_diffusers_layout_makes_the_same_picture_as_its_folder(small_file, model_cache, settings):
    engine = Engine(model_cache, "cpu")
    wanted = settings(num_inference_steps=2, width=64, height=64)
    ours, _ = make(engine, small_file, wanted)
    theirs, _ = make(engine, small_file.parent / "base", wanted, 2)
    assert (ours.outcome, ours.reason) == ("ok", "")
    assert (ours.model.name, ours.model.source, ours.model.practice) == ("small.safetensors", "file", False)
    assert ours.model.family == "FLUX (2+4 blocks)"
    assert ours.model.parameters == theirs.model.parameters
    assert ours.pixels_sha256 == theirs.pixels_sha256
    assert ours.placing.quantization == "none"


def test_a_gguf_file_makes_a_picture_and_says_how_it_is_quantized(gguf_file, small_file, model_cache, settings):
    engine = Engine(model_cache, "cpu")
    wanted = settings(num_inference_steps=2, width=64, height=64)
    run, picture = make(engine, gguf_file, wanted)
    assert (run.outcome, run.reason) == ("ok", "")
    assert picture.startswith(b"\x89PNG")
    assert (run.model.name, run.model.source) == ("small-q4.gguf (Q4_1)", "file")
    assert run.placing.quantization == "gguf Q4_1"
    assert "gguf Q4_1" in run.placing.words
    assert run.pixels_sha256 != make(engine, small_file, wanted, 2)[0].pixels_sha256
    plain, rough = load(small_file).pipe.transformer, load(gguf_file).pipe.transformer
    torch.manual_seed(0)
    inputs = {
        "hidden_states": torch.randn(1, 4, TOKEN),
        "encoder_hidden_states": torch.randn(1, 8, 64),
        "pooled_projections": torch.randn(1, 64),
        "timestep": torch.tensor([0.5]),
        "guidance": torch.tensor([3.5]),
        "img_ids": torch.zeros(4, 3),
        "txt_ids": torch.zeros(8, 3),
        "return_dict": False,
    }
    with torch.no_grad():
        exact, near = plain(**inputs)[0], rough(**inputs)[0]
    assert 0.001 < float((exact - near).norm() / exact.norm()) < 0.5  # four bits; of other weights it would be over 1


def test_the_original_layout_is_converted_and_makes_a_picture(wide, model_cache, settings):
    run, picture = make(Engine(model_cache, "cpu"), wide, settings(num_inference_steps=1, width=64, height=64))
    assert (run.outcome, run.reason) == ("ok", "")
    assert picture
    assert (run.model.name, run.model.family) == ("wide.safetensors", "FLUX (1+1 blocks)")
    assert run.model.parameters == pytest.approx(0.5e9, rel=0.2)


def test_every_tensor_of_the_original_layout_lands_where_it_belongs(wide):
    checkpoint = read_checkpoint(wide)
    model = load_transformer(checkpoint, find_base(checkpoint), torch.bfloat16)
    ours, theirs = model.state_dict(), load_file(wide)
    assert model.config.axes_dims_rope == (16, 56, 56)
    assert torch.equal(ours["x_embedder.weight"], theirs[f"{PREFIX}img_in.weight"])
    block = theirs[f"{PREFIX}single_blocks.0.linear1.weight"]
    assert torch.equal(ours["single_transformer_blocks.0.proj_mlp.weight"], block[3 * 3072 :])
    assert torch.equal(
        ours["transformer_blocks.0.attn.add_v_proj.bias"], theirs[f"{PREFIX}double_blocks.0.txt_attn.qkv.bias"][6144:]
    )
    shift, scale = theirs[f"{PREFIX}final_layer.adaLN_modulation.1.weight"].chunk(2)
    assert torch.equal(ours["norm_out.linear.weight"], torch.cat([scale, shift]))
    assert {tensor.dtype for tensor in ours.values()} == {torch.bfloat16}


def test_a_gguf_file_in_the_original_layout_loads(files, tmp_path):
    """Zeros, whose blocks are quick to write: it is names and shapes that the conversion can get wrong."""
    writer = gguf.GGUFWriter(str(tmp_path / "wide.gguf"), "flux")
    for name, shape in expected(ORIGINAL, WIDE).items():
        kind = gguf.GGMLQuantizationType.Q4_0 if len(shape) == 2 else gguf.GGMLQuantizationType.F32
        rows = gguf.quants.quant_shape_to_byte_shape(shape, kind) if len(shape) == 2 else shape
        zeros = torch.zeros(rows, dtype=torch.uint8 if len(shape) == 2 else torch.float32).numpy()
        writer.add_tensor(name, zeros, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    checkpoint = read_checkpoint(tmp_path / "wide.gguf")
    model = load_transformer(checkpoint, find_base(checkpoint, str(files / "base")), torch.float32)
    block = model.single_transformer_blocks[0]
    assert tuple(block.proj_mlp.weight.quant_shape) == (4 * 3072, 3072)
    with torch.no_grad():
        assert not block.proj_mlp(torch.ones(1, 3072)).any()
    assert checkpoint.stored < 0.6 * checkpoint.parameters + 2**20


def test_fewer_blocks_load_and_a_missing_one_is_named(files, tensors, tmp_path):
    path = tmp_path / "fewer.safetensors"

    def kept(gone: str) -> dict[str, torch.Tensor]:
        return {name: tensor for name, tensor in tensors.items() if not name.startswith(gone)}

    save_file(kept("single_transformer_blocks.3."), path)
    model = load(f"{path}@{files / 'base'}")
    assert model.info.family == "FLUX (2+3 blocks)"
    save_file(kept("single_transformer_blocks.1."), path)
    with pytest.raises(UserError, match=r"fewer\.safetensors lacks single-stream block 1\."):
        read_checkpoint(path)


def test_the_other_parts_are_found_or_named(small_file, files, tmp_path, monkeypatch):
    alone = tmp_path / "alone" / "small.safetensors"
    alone.parent.mkdir()
    shutil.copy(small_file, alone)
    with pytest.raises(UserError, match=r"holds the transformer alone, and no FLUX\.1 folder") as caught:
        load(alone)
    assert "workshop-tui model get" in caught.value.hint
    assert f"{alone}@FOLDER" in caught.value.hint
    assert load(f"{alone}@{files / 'base'}").info.name == "small.safetensors"
    with pytest.raises(UserError, match="'x/y' is not whole on this machine"):
        load(f"{alone}@x/y")
    with pytest.raises(UserError, match="is no folder with the other parts"):
        load(f"{alone}@{small_file}")
    # A folder without a transformer serves, where the heads' width is FLUX.1's own; else nothing tells their axes.
    bare = tmp_path / "bare"
    shutil.copytree(files / "base", bare / "base")
    shutil.rmtree(bare / "base" / "transformer")
    monkeypatch.setenv("WORKSHOP_TUI_MODEL_FOLDERS", str(bare))
    with pytest.raises(UserError, match=r"base does not suit small\.safetensors: its transformer has other heads"):
        load(alone)
    monkeypatch.setenv("WORKSHOP_TUI_MODEL_FOLDERS", str(files))
    assert load(alone).info.source == "file"
    vae = bare / "base" / "vae" / "diffusion_pytorch_model.safetensors"
    vae.unlink()
    with pytest.raises(UserError, match=r"vae/diffusion_pytorch_model\.safetensors is missing"):
        load(f"{alone}@{bare / 'base'}")


def test_a_base_of_the_other_family_lends_all_but_the_scheduler(files, tensors, tmp_path):
    schnell = {name: tensor for name, tensor in tensors.items() if "guidance_embedder" not in name}
    save_file(schnell, tmp_path / "quick.safetensors")
    model = load(f"{tmp_path / 'quick.safetensors'}@{files / 'base'}")
    assert (model.scheduler_config["shift"], model.scheduler_config["use_dynamic_shifting"]) == (1.0, False)
    assert not model.pipe.transformer.config.guidance_embeds
    save_file(tensors, tmp_path / "slow.safetensors")
    model = load(f"{tmp_path / 'slow.safetensors'}@{files / 'base'}")
    assert (model.scheduler_config["shift"], model.scheduler_config["use_dynamic_shifting"]) == (3.0, True)
