"""The built-in model as it ships: whole, small, and loadable by plain diffusers."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import workshop_tui.worker  # noqa: F401  sets the libraries' switches before torch is imported
from workshop_tui.errors import WorkshopError
from workshop_tui.models.small_flux import MANIFEST, check_small_flux, write_manifest
from workshop_tui.models.tokenizers import build_clip_tokenizer, build_t5_tokenizer

WEIGHTS = "vae/diffusion_pytorch_model.safetensors"


@pytest.fixture
def copied(small_flux, tmp_path) -> Path:
    return Path(shutil.copytree(small_flux, tmp_path / "small-flux"))


def test_what_ships_is_listed_and_whole(small_flux):
    assert len(check_small_flux()) == 12
    listed = json.loads((small_flux / MANIFEST).read_text())["files"]
    found = {path.relative_to(small_flux).as_posix() for path in small_flux.rglob("*") if path.is_file()}
    assert found == {*listed, MANIFEST, "README.md"}


def test_it_takes_a_few_megabytes_and_no_pickle(small_flux):
    found = [path for path in small_flux.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in found) <= 16 * 10**6
    assert {path.suffix for path in found} == {".json", ".md", ".safetensors"}


def test_its_tokenizers_are_those_of_the_code(small_flux, tmp_path):
    build_clip_tokenizer().save_pretrained(tmp_path / "tokenizer")
    build_t5_tokenizer().save_pretrained(tmp_path / "tokenizer_2")
    for name in ("tokenizer", "tokenizer_2"):
        shipped, made = (
            json.loads((folder / name / "tokenizer.json").read_text()) for folder in (small_flux, tmp_path)
        )
        assert shipped["model"] == made["model"]


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("changed", f"The built-in model is damaged: {WEIGHTS} is not as it was shipped"),
        ("truncated", f"The built-in model is damaged: {WEIGHTS} is not as it was shipped"),
        ("removed", f"{WEIGHTS}: No such file"),
        ("no list", f"its list of files, {MANIFEST}, cannot be read"),
        ("no json", f"its list of files, {MANIFEST}, cannot be read"),
    ],
)
def test_damage_is_refused_with_the_files_name_and_what_to_do(copied, damage, named):
    weights, manifest = copied / WEIGHTS, copied / MANIFEST
    content = weights.read_bytes()
    if damage == "changed":
        weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "truncated":
        weights.write_bytes(content[:1000])
    elif damage == "removed":
        weights.unlink()
    elif damage == "no list":
        manifest.unlink()
    else:
        manifest.write_text("[1, 2")
    with pytest.raises(WorkshopError, match=named) as caught:
        check_small_flux(copied)
    assert "Install workshop-tui again" in caught.value.hint


def test_other_bytes_are_another_revision(copied):
    before = check_small_flux(copied)
    write_manifest(copied)
    assert check_small_flux(copied) == before
    weights = copied / WEIGHTS
    weights.write_bytes(weights.read_bytes() + b"\0")
    write_manifest(copied)
    assert check_small_flux(copied) != before


PLAIN = """
import sys, torch
from diffusers import FluxPipeline
pipe = FluxPipeline.from_pretrained(sys.argv[1])
noise = torch.Generator().manual_seed(1)
image = pipe("a king", width=256, height=128, num_inference_steps=2, generator=noise, max_sequence_length=64).images[0]
config = pipe.transformer.config
print(image.size, config.guidance_embeds, pipe.vae_scale_factor, pipe.vae.config.sample_size, {c.dtype for c in
      (pipe.transformer, pipe.vae, pipe.text_encoder, pipe.text_encoder_2)})
"""


def test_plain_diffusers_loads_it_offline(small_flux):
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(small_flux)],
        capture_output=True,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        check=True,
        timeout=120,
    )
    assert done.stdout.strip() == "(256, 128) True 32 512 {torch.float32}"


@pytest.mark.parametrize(
    "text",
    ["Portrait of a renaissance nobleman", "Ein Löwe, façade", "лес и море", "日本語 😀👩‍🚀", "a" * 200, "\x00\x7f"],
)
def test_clip_reads_any_text_and_never_ends_early(text):
    tokenizer = build_clip_tokenizer()
    ids = tokenizer(text).input_ids
    assert ids[0] == tokenizer.bos_token_id
    assert ids.index(tokenizer.eos_token_id) == len(ids) - 1
    assert tokenizer.decode(ids, skip_special_tokens=True).replace(" ", "") == text.lower().replace(" ", "")


def test_t5_knows_the_words_of_prompts_and_spells_the_others():
    tokenizer = build_t5_tokenizer()
    assert len(tokenizer("Portrait of a renaissance nobleman, oil painting style").input_ids) == 10
    text = "Zwölf Boxkämpfer, лес, quixotic?!"
    ids = tokenizer(text).input_ids
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    assert tokenizer.unk_token_id in tokenizer("😀").input_ids
