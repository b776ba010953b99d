"""What is found on a machine, whether it fits, and which model is chosen where nobody names one."""

import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from workshop_tui.errors import UserError
from workshop_tui.exercises.sweeps import is_model
from workshop_tui.generation.fit import MemoryNow, choose_model, fit
from workshop_tui.generation.found_models import FoundModel, check_model, find_models, look_at
from workshop_tui.generation.hub_layout import hub_id, snapshot_of
from workshop_tui.generation.known_models import KNOWN_MODELS
from workshop_tui.generation.models import absolute, as_file, check_name, label, names_file

GB = 10**9
DEV = {"transformer": 11_900_000_000, "text_encoder_2": 4_760_000_000, "text_encoder": 123_000_000, "vae": 84_000_000}
WEIGHTS = "transformer/diffusion_pytorch_model.safetensors"


@pytest.fixture
def snapshot(small_flux, tmp_path):
    """A model in a cache in the hub's layout, its files as links into blobs."""
    repository = tmp_path / "hub" / "models--black-forest-labs--FLUX.1-dev"
    folder = repository / "snapshots" / ("a" * 40)
    for number, file in enumerate(path for path in small_flux.rglob("*") if path.is_file()):
        blob = repository / "blobs" / str(number)
        blob.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, blob)
        link = folder / file.relative_to(small_flux)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("a" * 40)
    return folder


def names(found):
    return [model.name for model in found.models]


def test_an_empty_machine_has_the_built_in_model(tmp_path):
    found = find_models(tmp_path / "none", [])
    assert names(found) == ["small-flux"]
    assert (found.models[0].whole, found.unread) == (True, ())


def test_a_cache_whole_half_and_hardly_begun(snapshot):
    hub = snapshot.parent.parent.parent
    other = hub / "models--google--t5"
    (other / "snapshots" / ("b" * 40)).mkdir(parents=True)
    (hub / ".locks").mkdir()
    [_, model] = find_models(hub, []).models
    assert (model.name, model.kind, model.whole) == ("black-forest-labs/FLUX.1-dev", "hub", True)
    assert model.family == "FLUX (2+4 blocks)"
    assert model.size == sum(path.stat().st_size for path in (snapshot.parent.parent / "blobs").iterdir())
    assert hub_id(snapshot) == ("black-forest-labs/FLUX.1-dev", "a" * 40)
    (snapshot / WEIGHTS).resolve().unlink()
    model = find_models(hub, []).models[1]
    assert (model.whole, model.trouble) == (False, f"{WEIGHTS} is missing")
    shutil.rmtree(snapshot)
    model = find_models(hub, []).models[1]
    assert (model.family, model.whole, model.size > 0) == ("FLUX.1 [dev]", False, True)


def test_configured_folders_of_every_shape(snapshot, small_flux, tmp_path):
    hub = snapshot.parent.parent.parent
    shared = tmp_path / "shared"
    shutil.copytree(small_flux, shared / "one")
    shutil.copytree(small_flux, shared / "two")
    index = shared / "two" / "model_index.json"
    index.write_text(json.dumps({**json.loads(index.read_text()), "_class_name": "StableDiffusionPipeline"}))
    (shared / "notes.txt").write_text("hello")
    found = find_models(tmp_path / "none", [shared, shared / "one", hub, tmp_path / "gone"])
    assert names(found) == [
        "small-flux",
        str(shared / "one"),
        str(shared / "two"),
        "black-forest-labs/FLUX.1-dev",
    ]
    assert found.models[2].trouble == "it is a StableDiffusionPipeline, not a FluxPipeline"
    assert found.unread == (f"{tmp_path / 'gone'} is not there.",)
    # A whole copy stands before a half one of the same name.
    (snapshot / WEIGHTS).unlink()
    mine = tmp_path / "mine"
    shutil.copytree(hub, mine / "hub", symlinks=True)
    (mine / "hub" / "models--black-forest-labs--FLUX.1-dev" / "snapshots" / ("a" * 40) / WEIGHTS).write_bytes(
        (small_flux / WEIGHTS).read_bytes()
    )
    assert find_models(hub, [mine]).models[1].whole


def test_what_may_not_be_read_is_said_and_the_rest_is_found(small_flux, tmp_path):
    """As another user, because root may read everything."""
    shared = tmp_path / "shared"
    shutil.copytree(small_flux, shared / "open")
    shutil.copytree(small_flux, shared / "closed")
    shutil.copytree(small_flux, shared / "half")
    subprocess.run(["chmod", "-R", "a+rX", shared], check=True)
    (shared / "closed").chmod(0)
    (shared / "half" / "vae").chmod(0)
    for folder in (tmp_path, *tmp_path.parents):
        if os.stat(folder).st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom workshop_tui.generation.found_models import find_models\n"
        "import workshop_tui.generation.hub_errors, workshop_tui.config\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "found = find_models(Path('/none'), [Path(sys.argv[1])])\n"
        "for model in found.models: print(model.name, model.whole, model.trouble)\n"
        "print(*found.unread)"
    )
    done = subprocess.run([sys.executable, "-c", program, shared], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{shared / 'open'} True" in done.stdout
    assert f"{shared / 'closed'} cannot be read: Permission denied." in done.stdout
    assert f"{shared / 'half'} False vae" in done.stdout
    (shared / "closed").chmod(0o755)
    (shared / "half" / "vae").chmod(0o755)


def test_one_folder_is_looked_at_as_a_worker_would(snapshot, small_flux, tmp_path):
    found, hint = look_at(snapshot.parent.parent)
    assert (found.whole, found.folder, hint) == (True, snapshot, "")
    broken = tmp_path / "broken"
    shutil.copytree(small_flux, broken)
    (broken / WEIGHTS).write_bytes((broken / WEIGHTS).read_bytes()[:-5])
    found, hint = look_at(broken)
    assert "is damaged: it has" in found.trouble
    assert "again" in hint
    with pytest.raises(UserError, match="there is no folder"):
        look_at(tmp_path / "gone")
    with pytest.raises(UserError, match=r"config\.json is no model"):
        look_at(broken / "transformer" / "config.json")


def test_blocks_that_are_missing_are_noticed_without_loading(small_flux, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(small_flux, broken)
    config = broken / "transformer" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "num_layers": 3}))
    assert "holds 2 of the 3 blocks that num_layers" in look_at(broken)[0].trouble


@pytest.mark.parametrize("shape", ["[1e999]", "[" * 100_000])
def test_nonsense_in_a_file_is_that_models_trouble(small_flux, tmp_path, shape):
    broken = tmp_path / "broken"
    shutil.copytree(small_flux, broken)
    header = f'{{"a": {{"dtype": "F32", "shape": {shape}, "data_offsets": [0, 4]}}}}'.encode()
    (broken / WEIGHTS).write_bytes(struct.pack("<Q", len(header)) + header + b"0000")
    assert "is damaged" in look_at(broken)[0].trouble


def test_a_config_that_states_a_milliard_blocks_is_refused_in_no_time(small_flux, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(small_flux, broken)
    config = broken / "transformer" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "num_layers": 10**9}))
    assert "of the 1000000000 blocks" in look_at(broken)[0].trouble


def test_an_empty_reference_hides_no_snapshot(snapshot):
    (snapshot.parent.parent / "refs" / "main").write_text("")
    assert snapshot_of(snapshot.parent.parent) == snapshot


@pytest.mark.parametrize(
    "name", ["nope", "", " ", "../x/y", "a/b/c", "a b/c", "-a/b", "a/\x1b[31m", "x" * 5000, "a\0b"]
)
def test_names_that_can_be_no_model(name):
    with pytest.raises(UserError) as caught:
        check_name(name)
    assert "\x1b" not in str(caught.value)
    assert len(caught.value.message) < 300


def test_a_hub_model_that_is_not_here_is_caught_early(home, monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    check_name("nope/none")
    check_model("small-flux")
    with pytest.raises(UserError, match="not whole on this machine") as caught:
        check_model("nope/none")
    assert "workshop-tui model get nope/none" in caught.value.hint


def test_a_snapshot_named_by_its_folder_is_the_model_of_its_id(snapshot, dev_model, monkeypatch):
    assert is_model(dev_model, str(snapshot))
    monkeypatch.chdir(snapshot.parent)
    assert is_model(dev_model, snapshot.name)
    other = snapshot.parent.parent.with_name("models--black-forest-labs--FLUX.1-schnell") / "snapshots" / ("a" * 40)
    assert not is_model(dev_model, str(other))
    assert not is_model(dev_model, "~nobody-here/x")


def flux(name="black-forest-labs/FLUX.1-dev", family="FLUX.1 [dev]", **more):
    return FoundModel(name, "hub", family, Path("/x"), 34 * GB, **{"parameters": DEV, **more})


@pytest.mark.parametrize(
    ("memory", "how", "words"),
    [
        ({"gpu_free": 79 * GB, "gpu_total": 80 * GB}, "gpu", "fits the GPU: needs 39.1 GB, 79.0 GB of 80.0 GB"),
        ({"gpu_free": 20 * GB, "gpu_total": 80 * GB}, "busy", "fits the GPU when it is not in use"),
        (
            {"gpu_free": 30 * GB, "gpu_total": 32 * GB, "host_total": 64 * GB},
            "offload",
            "fits by placement model-offload: 25.5 GB of GPU and 34.8 GB of main memory",
        ),
        (
            {"gpu_free": 8 * GB, "gpu_total": 8 * GB, "host_total": 64 * GB},
            "offload",
            "fits by placement group-offload",
        ),
        ({"gpu_free": GB, "gpu_total": GB, "host_total": 64 * GB}, "no", "too large: needs 3"),
        ({"host_free": 120 * GB, "host_total": 128 * GB}, "cpu", "CPU only, slow: needs 74.3 GB"),
        ({"host_free": 20 * GB, "host_total": 24 * GB}, "no", "too large for the CPU: needs 74.3 GB"),
        ({}, "cpu", "CPU only, slow"),
    ],
)
def test_whether_it_fits_is_said_in_figures(memory, how, words):
    found = fit(flux(), MemoryNow(**memory))
    assert found.how == how
    assert words in found.words


def test_a_small_folder_is_counted_by_its_own_sizes_not_by_those_of_flux(small_flux):
    model, _ = look_at(small_flux)
    assert model.kind == "folder"
    assert "needs 1." in fit(model, MemoryNow(host_free=16 * GB, host_total=24 * GB)).words  # nearly all the process's
    assert fit(model, MemoryNow(gpu_free=2 * GB, gpu_total=2 * GB)).how == "gpu"


def test_a_model_is_chosen_with_a_reason():
    roomy = MemoryNow(gpu_free=79 * GB, gpu_total=80 * GB)
    built_in = FoundModel("small-flux", "built-in", "small-flux")
    half, experiment = flux(trouble="x is missing"), flux("me/odd", "FLUX (2+4 blocks)")
    name, why = choose_model([built_in, half, experiment, flux()], roomy)
    assert (name, why.startswith("FLUX.1 [dev] is on this machine and fits the GPU")) == (flux().name, True)
    for found, memory, words in (
        ([built_in, half, experiment], roomy, "no FLUX.1 is on this machine"),
        ([built_in, flux()], MemoryNow(gpu_free=GB, gpu_total=80 * GB), "fits the GPU when it is not in use"),
        ([built_in, flux()], MemoryNow(host_free=120 * GB, host_total=128 * GB), "but no GPU"),
        ([built_in, flux()], MemoryNow(host_free=GB, host_total=2 * GB), "too large"),
    ):
        name, why = choose_model(found, memory)
        assert name == "small-flux"
        assert why.startswith("The practice model")
        assert words in why


def test_the_published_facts():
    for known in KNOWN_MODELS.values():
        assert known.download_gb == pytest.approx(33.7, abs=0.05)
        assert known.page.endswith(known.name)


def a_file(name="/srv/models/flux1-dev-Q4_1.gguf", **more):
    changed = {"quantization": "Q4_1", "stored": 7_500_000_000, "base": "black-forest-labs/FLUX.1-schnell", **more}
    return FoundModel(name, "file", "FLUX.1 [dev]", Path(name), 7_500_000_000, DEV, **changed)


def test_a_gguf_file_counts_as_it_is_stored_and_is_chosen_where_the_whole_model_does_not_fit():
    memory = MemoryNow(gpu_free=23 * GB, gpu_total=24 * GB, host_free=30 * GB, host_total=32 * GB)
    assert fit(a_file(), memory).words.startswith("fits the GPU: needs 19.2 GB")  # the whole model: 39 GB
    built_in = FoundModel("small-flux", "built-in", "small-flux")
    assert choose_model([built_in, flux(), a_file()], memory)[0] == a_file().name
    assert choose_model([built_in, flux(), a_file(trouble="it is damaged")], memory)[0] == "small-flux"


def test_a_file_may_be_named_with_what_lends_it_the_rest(tmp_path, monkeypatch):
    file, folder = tmp_path / "my@flux.gguf", tmp_path / "base"
    file.write_bytes(b"")
    folder.mkdir()
    assert as_file(str(file)) == (file, "")
    assert as_file(f"{file}@{folder}") == (file, str(folder))
    assert as_file("someone/flux.gguf@else") is None
    check_name(f"{file}@someone/some-flux")
    monkeypatch.chdir(tmp_path)
    assert absolute("my@flux.gguf@base") == f"{file}@{folder}"
    assert absolute("my@flux.gguf@someone/some-flux") == f"{file}@someone/some-flux"
    (tmp_path / "other.gguf").write_bytes(b"")
    for base in ("small-flux", str(tmp_path / "other.gguf")):
        with pytest.raises(UserError, match="is no folder with the other parts"):
            check_name(f"{file}@{base}")
    with pytest.raises(UserError, match=r"there is no file 'gone\.safetensors'"):
        check_name("gone.safetensors")
    assert label(f"{folder}/flux1-dev.gguf@{folder}") == "flux1-dev.gguf"


def test_runs_of_a_file_are_known_by_its_name(dev_model):
    made = msgspec.structs.replace(dev_model, name="flux1-dev.gguf (Q4_1)", source="file")
    assert is_model(made, "/srv/flux1-dev.gguf")
    assert is_model(made, "~/flux1-dev.gguf@/srv/base")
    assert not is_model(made, "/srv/flux1.gguf")
    assert not is_model(made, "black-forest-labs/FLUX.1-dev")


@pytest.mark.parametrize(
    "asked", ["/home/a@b/flux1-dev.gguf", "/home/a@b/flux1-dev.gguf@/models/x@y", "flux1-dev.gguf@someone/some-flux"]
)
def test_a_folder_with_an_at_sign_is_no_base(dev_model, asked):
    assert names_file(asked)
    assert label(asked) == "flux1-dev.gguf"
    assert is_model(msgspec.structs.replace(dev_model, name="flux1-dev.gguf (Q4_1)", source="file"), asked)
