"""The built-in model: built by code, the same each time, and loadable by plain diffusers."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import workshop_tui.worker  # noqa: F401  sets the libraries' switches before torch is imported
from workshop_tui.errors import WorkshopError
from workshop_tui.models.small_flux import MANIFEST, ensure_small_flux, is_whole
from workshop_tui.models.tokenizers import build_clip_tokenizer, build_t5_tokenizer


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("cache")
    ensure_small_flux(cache)
    return cache


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_built_twice_the_bytes_are_the_same(cache, tmp_path):
    first, second = ensure_small_flux(cache), ensure_small_flux(tmp_path)
    assert first.name == second.name
    assert first.name.startswith("small-flux-")
    assert files(first) == files(second)


def test_it_takes_a_few_megabytes_and_no_pickle(cache):
    content = files(ensure_small_flux(cache))
    assert sum(map(len, content.values())) < 16 * 2**20
    assert {Path(name).suffix for name in content} == {".json", ".safetensors"}


def test_a_whole_model_is_not_built_again(cache):
    told: list[str] = []
    folder = ensure_small_flux(cache)
    before = (folder / MANIFEST).stat().st_mtime_ns
    assert ensure_small_flux(cache, lambda message, _fraction: told.append(message)) == folder
    assert told == []
    assert (folder / MANIFEST).stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", ["changed", "truncated", "removed", "no manifest", "other libraries"])
def test_a_damaged_model_is_built_again(cache, tmp_path, damage):
    folder = ensure_small_flux(tmp_path)
    weights = folder / "vae" / "diffusion_pytorch_model.safetensors"
    content = weights.read_bytes()
    if damage == "changed":
        weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "truncated":
        weights.write_bytes(content[:1000])
    elif damage == "removed":
        weights.unlink()
    elif damage == "no manifest":
        (folder / MANIFEST).unlink()
    else:
        text = (folder / MANIFEST).read_text()
        (folder / MANIFEST).write_text(text.replace('"transformers": "', '"transformers": "9.'))
    assert not is_whole(folder)
    told: list[float | None] = []
    assert ensure_small_flux(tmp_path, lambda _message, fraction: told.append(fraction)) == folder
    assert files(folder) == files(ensure_small_flux(cache))
    assert told[0] == 0
    assert told[-1] == 1
    assert os.listdir(folder.parent) == [folder.name], "nothing is left over"


def test_several_at_once_do_not_disturb_each_other(tmp_path):
    with ThreadPoolExecutor(3) as pool:
        folders = set(pool.map(lambda _: ensure_small_flux(tmp_path), range(3)))
    assert len(folders) == 1
    assert is_whole(folders.pop())
    assert len(os.listdir(tmp_path / "models")) == 1


def test_a_cache_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "models").write_text("in the way")
    with pytest.raises(WorkshopError, match="Cannot write"):
        ensure_small_flux(tmp_path)


PLAIN = """
import sys, torch
from diffusers import FluxPipeline
pipe = FluxPipeline.from_pretrained(sys.argv[1])
noise = torch.Generator().manual_seed(1)
image = pipe("a cat", width=256, height=128, num_inference_steps=2, generator=noise).images[0]
config = pipe.transformer.config
print(image.size, config.guidance_embeds, pipe.vae_scale_factor, pipe.vae.config.sample_size, {c.dtype for c in
      (pipe.transformer, pipe.vae, pipe.text_encoder, pipe.text_encoder_2)})
"""


def test_plain_diffusers_loads_it_offline(cache):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(ensure_small_flux(cache))],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
        timeout=120,
    )
    assert done.stdout.strip() == "(256, 128) True 16 512 {torch.float32}"


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
