"""Loading: what is whole loads, everything else is refused in one line that says what to do."""

import getpass
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file

from workshop_tui.errors import UserError
from workshop_tui.generation.model_files import check_folder
from workshop_tui.generation.settings import Settings
from workshop_tui.worker import pipeline
from workshop_tui.worker.device import pick_device, pick_precision
from workshop_tui.worker.families import family
from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.room import NoRoomError, choose_rung
from workshop_tui.worker.takers import gpu_takers


def load(name: object, told: list[tuple[str, float | None]] | None = None) -> LoadedModel:
    def on_progress(message: str, fraction: float | None) -> None:
        if told is not None:
            told.append((message, fraction))

    return load_model(str(name), device="cpu", on_progress=on_progress)


def test_the_built_in_model_says_what_it_is():
    told: list[tuple[str, float | None]] = []
    model = load("small-flux", told)
    info = model.info
    assert (info.name, info.source, info.practice) == ("small-flux (built in)", "built-in", True)
    assert (info.family, info.size_unit) == ("small-flux", 64)
    parts = (model.pipe.transformer, model.pipe.vae, model.pipe.text_encoder, model.pipe.text_encoder_2)
    assert info.parameters == sum(p.numel() for part in parts for p in part.parameters())
    assert (model.placing.device, model.placing.precision) == ("cpu", "float32")
    assert model.placing.device_name
    assert {part.dtype for part in parts} == {torch.float32}
    assert ("loading transformer", pytest.approx(0.056, abs=0.01)) in told
    assert told[-1] == ("loaded", 1.0)


def test_a_folder_is_named_without_its_path(copied_model):
    info = load(copied_model).info
    assert (info.name, info.source, info.practice) == ("my-flux", "folder", False)
    assert info.family == "FLUX (2+4 blocks)"


def test_families_are_told_by_configuration():
    class Config:
        num_layers, num_single_layers, guidance_embeds = 19, 38, True

    assert family(Config, built_in=False) == "FLUX.1 [dev]"
    Config.guidance_embeds = False
    assert family(Config, built_in=False) == "FLUX.1 [schnell]"


def change_index(folder: Path, **changes: object) -> None:
    path = folder / "model_index.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_another_family_is_named(copied_model):
    change_index(copied_model, _class_name="StableDiffusionXLPipeline")
    with pytest.raises(UserError, match="is a StableDiffusionXLPipeline, not a FluxPipeline"):
        load(copied_model)


def test_a_model_with_code_of_its_own_is_refused(copied_model):
    change_index(copied_model, transformer=["my_flux", "MyTransformer"])
    (copied_model / "transformer" / "my_flux.py").write_text("raise SystemExit('run')")
    with pytest.raises(UserError, match=r"transformer is 'my_flux\.MyTransformer'"):
        load(copied_model)


@pytest.mark.parametrize("lost", ["vae", "tokenizer_2/tokenizer.json", "transformer/config.json", "model_index.json"])
def test_what_is_missing_is_named(copied_model, lost):
    path = copied_model / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(UserError) as caught:
        load(copied_model)
    assert lost.split("/")[-1] in caught.value.message
    assert caught.value.hint
    assert "\n" not in caught.value.message


WEIGHTS = "transformer/diffusion_pytorch_model.safetensors"


@pytest.mark.parametrize("kept", [0, 5, 300, 100_000, -1])
def test_a_truncated_file_is_named_before_anything_is_loaded(copied_model, kept):
    path = copied_model / WEIGHTS
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(UserError, match=r"diffusion_pytorch_model\.safetensors is damaged"):
        check_folder(copied_model)


def test_pickled_weights_are_refused(copied_model):
    path = copied_model / WEIGHTS
    path.rename(path.with_suffix(".bin"))
    with pytest.raises(UserError, match=r"diffusion_pytorch_model\.bin only, which can run code"):
        load(copied_model)


@pytest.mark.parametrize(
    ("component", "file"),
    [("transformer", "diffusion_pytorch_model"), ("text_encoder", "model"), ("vae", "diffusion_pytorch_model")],
)
def test_tensors_that_do_not_match_are_refused(copied_model, component, file):
    path = copied_model / component / f"{file}.safetensors"
    tensors = load_file(path)
    first = sorted(name for name in tensors if name.endswith("weight"))[0]

    save_file({name: tensor for name, tensor in tensors.items() if name != first}, path, {"format": "pt"})
    with pytest.raises(UserError, match=f"{component} lacks 1 tensor"):
        load(copied_model)

    save_file({**tensors, "stranger.weight": torch.zeros(2)}, path, {"format": "pt"})
    with pytest.raises(UserError, match=r"has unknown 1 tensor\(s\): stranger\.weight"):
        load(copied_model)

    save_file({**tensors, first: torch.zeros(3, 5)}, path, {"format": "pt"})
    with pytest.raises(UserError, match="my-flux/" + component):
        load(copied_model)


def test_weights_in_parts_load_and_a_lost_part_is_named(copied_model):
    path = copied_model / WEIGHTS
    tensors = load_file(path)
    names = sorted(tensors)
    halves = {"part-1.safetensors": names[::2], "part-2.safetensors": names[1::2]}
    for file, part in halves.items():
        save_file({name: tensors[name] for name in part}, path.with_name(file), {"format": "pt"})
    places = {name: file for file, part in halves.items() for name in part}
    path.with_suffix(".safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))
    path.unlink()
    assert load(copied_model).info.parameters == load("small-flux").info.parameters
    path.with_name("part-2.safetensors").unlink()
    with pytest.raises(UserError, match=r"part-2\.safetensors is missing"):
        load(copied_model)


def test_the_layout_of_flux_dev_loads(copied_model):
    """[dev] has CLIP's vocabulary in two files, older tensor names and T5's embedding twice."""
    tokenizer = json.loads((copied_model / "tokenizer" / "tokenizer.json").read_text())["model"]
    (copied_model / "tokenizer" / "tokenizer.json").unlink()
    (copied_model / "tokenizer" / "vocab.json").write_text(json.dumps(tokenizer["vocab"]))
    merges = "\n".join(" ".join(pair) for pair in tokenizer["merges"])
    (copied_model / "tokenizer" / "merges.txt").write_text(f"#version: 0.2\n{merges}\n")
    clip = copied_model / "text_encoder" / "model.safetensors"
    save_file({f"text_model.{name}": tensor for name, tensor in load_file(clip).items()}, clip, {"format": "pt"})
    t5 = copied_model / "text_encoder_2" / "model.safetensors"
    tensors = load_file(t5)
    save_file({**tensors, "encoder.embed_tokens.weight": tensors["shared.weight"].clone()}, t5, {"format": "pt"})
    ours, theirs = load("small-flux"), load(copied_model)
    prompt = "Portrait of a renaissance nobleman 😀"
    wanted, found = (model.pipe.encode_prompt(prompt, None, device="cpu") for model in (ours, theirs))
    assert all(torch.equal(one, other) for one, other in zip(wanted, found, strict=True))


def test_no_such_folder_and_a_single_file(copied_model):
    with pytest.raises(UserError, match="there is no folder '/no/where'"):
        load("/no/where")
    with pytest.raises(UserError, match=r"holds no FLUX\.1 transformer"):
        load(copied_model / "vae" / "diffusion_pytorch_model.safetensors")


def test_too_little_memory_is_said_before_loading(monkeypatch):
    monkeypatch.setattr("workshop_tui.worker.room.free_host_memory", lambda: 10 * 2**20)
    monkeypatch.setattr(pipeline, "assemble", lambda *_: pytest.fail("it was loaded"))
    with pytest.raises(NoRoomError) as caught:
        load("small-flux")
    assert "needs 392 MB of host memory (29 MB of weights, 362 MB to work with them); 10 MB are free" in str(
        caught.value
    )
    assert "small-flux" in caught.value.hint
    assert "--engine" in caught.value.hint
    assert (caught.value.shortage.place, caught.value.shortage.free) == ("host", 10.0)
    assert caught.value.shortage.needed == pytest.approx(373, abs=1)


def test_who_holds_the_memory_is_named(monkeypatch):
    hog = "import os, sys; held = bytearray(os.urandom(1)) * 2**30; print(os.getpid(), flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hog], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        pid = process.stdout.readline().strip()
        monkeypatch.setattr("workshop_tui.worker.room.free_host_memory", lambda: 10 * 2**20)
        with pytest.raises(NoRoomError) as caught:
            load("small-flux")
        process.communicate("")
    assert re.search(rf"1\.1 GB by python[\d.]* of {getpass.getuser()} \(process {pid}\)", caught.value.message)


def test_a_gpu_that_is_full_to_the_brim_is_no_crash(monkeypatch, dev):
    def full(_device):
        raise torch.OutOfMemoryError("CUDA error: out of memory")

    monkeypatch.setattr("workshop_tui.worker.room.free_device_memory", full)
    wanted = Settings("", placement="gpu")
    with pytest.raises(NoRoomError, match=r"needs 3\d\.\d GB of GPU memory .* 0 kB are free") as caught:
        choose_rung("FLUX.1 [dev]", dev, wanted, 1, torch.device("cuda"), "bf16")
    assert caught.value.shortage.place == "gpu"


@pytest.mark.parametrize("in_container", [False, True])
def test_who_holds_a_gpus_memory_is_named_where_process_ids_mean_something(monkeypatch, in_container):
    """Stands in for a driver and a GPU, which this test cannot count on."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        own = 1 if in_container else os.getpid()
        held = [
            SimpleNamespace(pid=own, usedGpuMemory=5 * 10**8),
            SimpleNamespace(pid=other.pid, usedGpuMemory=4 * 10**10),
        ]
        driver = SimpleNamespace(
            nvmlInit=lambda: None,
            nvmlShutdown=lambda: None,
            nvmlDeviceGetHandleByUUID=lambda uuid: {"GPU-12-34": 1}[uuid],
            nvmlDeviceGetComputeRunningProcesses=lambda _handle: held,
        )
        monkeypatch.setitem(sys.modules, "pynvml", driver)
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _device: SimpleNamespace(uuid="12-34"))
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (39 * 10**9, 80 * 10**9))
        monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _device: 10**9)
        [taker] = gpu_takers(torch.device("cuda"))
        other.communicate(b"\n")
    if in_container:
        assert taker == "40.0 GB by others and the driver"
    else:
        assert re.fullmatch(rf"40\.0 GB by python[\d.]* of {getpass.getuser()} \(process {other.pid}\)", taker)


def test_devices():
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_precision(torch.device("cpu")) == torch.float32
    for name in ("tpu", "cuda:x", "meta"):
        with pytest.raises(UserError, match=f"device: '{name}' is unknown"):
            pick_device(name)
    if not torch.cuda.is_available():
        with pytest.raises(UserError, match="device: cuda was asked for"):
            pick_device("cuda")


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def put_into_cache(model: Path, cache: Path) -> Path:
    """Lay a model into a cache in the hub's layout; return its snapshot."""
    repository = cache / "models--someone--some-flux"
    shutil.copytree(model, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    return repository / "snapshots" / COMMIT


def test_a_hub_model_that_is_not_here_is_refused_and_not_downloaded(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: pytest.fail("the network was asked"))
    with pytest.raises(UserError, match="'someone/some-flux' is not whole on this machine") as caught:
        load("someone/some-flux")
    assert "workshop-tui model get someone/some-flux" in caught.value.hint
    assert not any(tmp_path.iterdir())


def test_a_half_downloaded_model_says_what_is_missing(small_flux, monkeypatch, tmp_path):
    snapshot = put_into_cache(small_flux, tmp_path)
    (snapshot / WEIGHTS).unlink()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UserError, match=rf"not whole on this machine \({WEIGHTS} is missing\)"):
        load("someone/some-flux")


def test_a_hub_model_in_a_cache_is_found_by_name_and_by_path(small_flux, monkeypatch, tmp_path):
    """In this user's own cache, in a shared one that nobody may write, and by the snapshot's path."""
    snapshot = put_into_cache(small_flux, tmp_path / "hub")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    wanted = ("someone/some-flux", "hub", COMMIT)
    info = load("someone/some-flux").info
    assert (info.name, info.source, info.revision) == wanted
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "none"))
    monkeypatch.setenv("WORKSHOP_TUI_MODEL_FOLDERS", str(tmp_path / "hub"))
    before = sorted(path for path in tmp_path.rglob("*"))
    assert load("someone/some-flux").info == info
    assert load(snapshot).info == info
    assert sorted(path for path in tmp_path.rglob("*")) == before
