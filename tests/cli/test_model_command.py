"""`model list` and `model check` as a person types them."""

import json
import shutil

import pytest


@pytest.fixture(autouse=True)
def empty_hub_cache(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def copied(small_flux, tmp_path):
    shutil.copytree(small_flux, tmp_path / "shared" / "my-flux")
    return tmp_path / "shared" / "my-flux"


def test_an_empty_machine_says_how_to_get_a_model(run):
    code, out, err = run("model", "list")
    assert (code, err) == (0, "")
    assert "small-flux  built in, a practice model" in out
    assert "workshop-tui model get black-forest-labs/FLUX.1-schnell\n      33.7 GB, Apache-2.0" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "Non-Commercial" in out
    assert "model_folders" in out


def test_configured_folders_are_listed_with_what_is_wrong(run, copied, monkeypatch):
    half = copied.with_name("half")
    shutil.copytree(copied, half)
    (half / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    monkeypatch.setenv("WORKSHOP_TUI_MODEL_FOLDERS", f"{copied.parent}:/no/where")
    code, out, _ = run("model", "list")
    assert code == 0
    assert f"{copied}  folder, 15 MB on disk, FLUX (2+4 blocks)" in out
    assert "not usable: vae/diffusion_pytorch_model.safetensors is missing" in out
    assert "Note: /no/where is not there." in out
    assert "To get one" not in out
    told = json.loads(run("model", "list", "--json")[1])
    by_name = {each["name"]: each for each in told["models"]}
    assert by_name[str(copied)]["whole"] is True
    assert by_name[str(copied)]["fits"] in ("gpu", "cpu")
    assert by_name[str(half)]["trouble"] == "vae/diffusion_pytorch_model.safetensors is missing"
    assert told["unread"] == ["/no/where is not there."]


def test_a_whole_folder_is_called_whole(run, copied):
    code, out, err = run("model", "check", copied)
    assert (code, err) == (0, "")
    assert f"{copied} is whole: FLUX (2+4 blocks), 15 MB on disk." in out
    assert f"--model {copied}" in out
    assert json.loads(run("model", "check", copied, "--json")[1])["whole"] is True


def test_another_family_and_a_damaged_file_are_refused_by_name(run, copied, tmp_path):
    weights = copied / "transformer" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    code, out, err = run("model", "check", copied)
    assert (code, out) == (2, "")
    assert "diffusion_pytorch_model.safetensors is damaged: it has" in err
    assert "Download or copy that file again" in err
    index = copied / "model_index.json"
    index.write_text(json.dumps({"_class_name": "StableDiffusionXLPipeline"}))
    code, _, err = run("model", "check", copied)
    assert code == 2
    assert "it is a StableDiffusionXLPipeline, not a FluxPipeline" in err
    assert "Choose a FLUX.1 model" in err
    code, out, _ = run("model", "check", copied, "--json")
    assert (code, json.loads(out)["whole"]) == (2, False)
    code, _, err = run("model", "check", tmp_path / "gone")
    assert code == 2
    assert "there is no folder" in err
    assert "Give the folder that holds the model's model_index.json, or a .safetensors or .gguf file" in err
    assert "hub id" not in err
    code, _, err = run("model", "check", index)
    assert (code, f"{index} is no model" in err) == (2, True)
    (tmp_path / "empty").mkdir()
    assert "holds no model_index.json" in run("model", "check", tmp_path / "empty")[2]


def test_the_built_in_model_is_always_whole(run, home):
    code, out, err = run("model", "check", "small-flux")
    assert (code, err) == (0, "")
    assert out.startswith("small-flux is whole: the practice model, built into the program.")
    told = json.loads(run("model", "check", "small-flux", "--json")[1])
    assert (told["kind"], told["whole"], told["folder"]) == ("built-in", True, None)
    assert not home.exists()


@pytest.fixture
def file(copied):
    """A transformer alone, beside a folder that has the other parts."""
    shutil.copy(copied / "transformer" / "diffusion_pytorch_model.safetensors", copied.parent / "fine.safetensors")
    return copied.parent / "fine.safetensors"


def test_files_are_listed_with_the_folders_and_other_weights_are_not(run, copied, file, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_MODEL_FOLDERS", str(copied.parent))
    inner = copied.parent / "unet"
    inner.mkdir()
    (inner / "half.safetensors").write_bytes(file.read_bytes()[:-1])
    shutil.copy(copied / "vae" / "diffusion_pytorch_model.safetensors", inner / "ae.safetensors")
    (inner / "notes.txt").write_text("hello")
    code, out, _ = run("model", "list")
    assert code == 0
    assert f"{file}  file, 11 MB on disk, FLUX (2+4 blocks)\n    whole; " in out
    assert f"{inner / 'half.safetensors'}  file, 11 MB on disk, family unknown\n    not usable: it is damaged" in out
    assert "ae.safetensors" not in out
    told = {each["name"]: each for each in json.loads(run("model", "list", "--json")[1])["models"]}
    assert (told[str(file)]["kind"], told[str(file)]["base"]) == ("file", "my-flux")
    assert told[str(file)]["parameters"] == told[str(copied)]["parameters"]


def test_a_file_is_checked_with_what_lends_it_the_rest(run, copied, file, tmp_path):
    code, out, err = run("model", "check", file)
    assert (code, err) == (0, "")
    assert f"{file} is whole: FLUX (2+4 blocks), 11 MB on disk." in out
    assert "Its other parts, text encoders and autoencoder, come from my-flux." in out
    assert f"Use it: --model {file}\n" in out
    alone = tmp_path / "alone" / "fine.safetensors"
    alone.parent.mkdir()
    file.rename(alone)
    code, out, err = run("model", "check", alone)
    assert (code, out) == (2, "")
    assert "no FLUX.1 folder with the other parts" in err
    assert "workshop-tui model get black-forest-labs/FLUX.1-schnell --without-transformer" in err
    code, out, _ = run("model", "check", f"{alone}@{copied}")
    assert code == 0
    assert f"Use it: --model {alone}@{copied}" in out
    assert "there is no file" in run("model", "check", tmp_path / "gone.gguf")[2]


def test_a_plan_takes_a_file(run, copied, file, home):
    code, out, err = run("plan", "--model", file, "--vram", "8", "--ram", "16")
    assert (code, err) == (0, "")
    assert out.startswith("fine.safetensors: 1024x1024")
    assert "7.3 million parameters" in out
