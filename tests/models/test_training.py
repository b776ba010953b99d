"""The built-in model's training: each stage with a handful of small pictures, for a few steps."""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import workshop_tui.worker  # noqa: F401  sets the libraries' switches before torch is imported
from workshop_tui.errors import UserError
from workshop_tui.models import components
from workshop_tui.models.painting.scene import draw_scene
from workshop_tui.models.small_flux import MANIFEST
from workshop_tui.models.train import autoencoder, distill, flow, state, words
from workshop_tui.models.train.latents import open_latents
from workshop_tui.models.train.pictures import Shelf
from workshop_tui.models.train.shipping import write
from workshop_tui.models.train.state import Sitting, Training
from workshop_tui.models.train.work import Work

SMALL = Shelf(128, 128, 4, 0)
A_MOMENT = Sitting(0.1 / 60, last=True)


@pytest.fixture(scope="module", autouse=True)
def small_batches() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow, "TOKENS", 256)
        patch.setattr(distill, "TOKENS", 256)
        for stage in (flow, distill):  # a minute of compiling for a moment of training; it has its own test below
            patch.setattr(stage, "compile_blocks", lambda _transformer: None)
        patch.setattr(autoencoder, "BATCH", 1)
        patch.setattr(autoencoder, "CROP", 128)
        patch.setattr(words, "BATCH", 4)
        yield


compile_blocks = flow.compile_blocks


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """Return a training that has been through all stages, for a moment each."""
    work = Work(tmp_path_factory.mktemp("training"), 1)
    vae = work.new_autoencoder()
    autoencoder.train(vae, work.pictures([SMALL]), work.state("autoencoder"), 1, A_MOMENT, decoder_only=False)
    work.measure_spread(SMALL)
    words.train(work.denoiser(), work.state("words"), 1, A_MOMENT)
    denoiser = work.denoiser()
    latents = work.latents([(SMALL, 1.0)])
    flow.train(denoiser, latents, work.state("flow"), 1, A_MOMENT)
    shutil.copy(work.state("flow"), work.state("teacher"))  # a test trains the flow on
    distill.train(denoiser, latents, work.state("distill"), 1, A_MOMENT)
    return work


def test_each_stage_keeps_its_state_and_goes_on_from_there(work):
    before = torch.load(work.state("flow"), weights_only=True)
    assert before["step"] >= 1
    flow.train(work.denoiser(), work.latents([(SMALL, 1.0)]), work.state("flow"), 1, A_MOMENT)
    after = torch.load(work.state("flow"), weights_only=True)
    assert after["step"] > before["step"]
    assert after["seconds"] > before["seconds"]


def test_a_student_follows_a_flow_that_was_trained_on(work, tmp_path, monkeypatch):
    student, flow_ = tmp_path / "distill.pt", tmp_path / "flow.pt"
    shutil.copy(work.state("teacher"), flow_)
    assert not distill.follow(student, flow_)  # there is none yet
    shutil.copy(work.state("distill"), student)
    assert not distill.follow(student, flow_)  # the flow is the same
    before = torch.load(student, weights_only=True)
    moved = torch.load(flow_, weights_only=True)
    moved["average"]["transformer"]["proj_out.bias"].add_(0.5)
    torch.save(moved, flow_)
    with monkeypatch.context() as patch:
        patch.setattr(state, "os", SimpleNamespace(replace=replace_and_die))
        with pytest.raises(KeyboardInterrupt):
            distill.follow(student, flow_)
    assert not distill.follow(student, flow_)  # it was killed when the student had moved, who does not move twice
    after = torch.load(student, weights_only=True)
    for weights in ("modules", "average"):
        was, now = before[weights]["transformer"], after[weights]["transformer"]
        assert torch.allclose(now["proj_out.bias"], was["proj_out.bias"] + 0.5)
        assert torch.equal(now["proj_out.weight"], was["proj_out.weight"])
    del after["taught"]
    torch.save(after, student)
    with pytest.raises(UserError, match="does not say which flow it was taught from"):
        distill.follow(student, flow_)


def replace_and_die(*paths: Path) -> None:
    os.replace(*paths)
    raise KeyboardInterrupt


def test_an_encoder_whose_latents_were_made_stays_while_the_decoder_goes_on(work, tmp_path):
    path = tmp_path / "autoencoder.pt"
    shutil.copy(work.state("autoencoder"), path)
    before = torch.load(path, weights_only=True)
    vae = work.new_autoencoder()
    autoencoder.train(vae, work.pictures([SMALL]), path, 1, A_MOMENT, decoder_only=True)
    after = torch.load(path, weights_only=True)
    assert after["step"] > before["step"]
    was, now = before["average"]["vae"], after["average"]["vae"]
    changed = {key.partition(".")[0] for key in was if not torch.equal(was[key], now[key])}
    assert changed == {"decoder"}
    encoder = {key: value for key, value in was.items() if key.startswith("encoder.")}
    assert all(torch.equal(after["modules"]["vae"][key], value) for key, value in encoder.items())
    autoencoder.train(work.new_autoencoder(), work.pictures([SMALL]), path, 1, A_MOMENT, decoder_only=False)
    assert torch.load(path, weights_only=True)["step"] > after["step"]


def test_the_flow_begins_with_the_words_that_were_taught(work):
    taught = torch.load(work.state("words"), weights_only=True)["average"]["t5"]
    assert all(torch.equal(value, taught[name]) for name, value in work.denoiser().t5.state_dict().items())


def test_a_scenes_facts_are_what_it_shows():
    scene = next(each for each in map(draw_scene, range(1000)) if each.role == "knight" and each.hat)
    assert {"kind portrait", "role knight", f"hat {scene.hat}", f"style {scene.style}"} <= words.facts(scene)
    assert words.facts(scene) <= set(words.ALL_FACTS)


def test_latents_have_unit_spread(work):
    values = work.latents([(SMALL, 1.0)])[0].values.float()
    assert values.shape == (4, 32, 4, 4)
    assert abs(float(values.mean())) < 0.05
    assert float(values.std()) == pytest.approx(1, abs=0.05)


def test_latents_that_a_full_disk_cut_off_are_made_anew(work, tmp_path, monkeypatch):
    def half(_value: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    made = (tmp_path, SMALL, 1.0, work.autoencoder(), 1, lambda _done, _count: None)
    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", half)
        with pytest.raises(OSError, match="No space"):
            open_latents(*made)
    assert open_latents(*made).values.shape == (4, 32, 4, 4)


def test_without_its_forerunner_a_stage_says_what_is_missing(work, tmp_path):
    begun = Work(tmp_path, 1)
    with pytest.raises(UserError, match="'flow' has not been run"):
        begun.denoiser("flow")
    shutil.copy(work.state("autoencoder"), tmp_path)
    with pytest.raises(UserError, match="'encode' has not been run"):  # without it latents have any spread
        begun.latents([(SMALL, 1.0)])


def test_a_training_goes_on_from_a_shipped_model_once(small_flux, tmp_path):
    going_on = Work(tmp_path / "work", 1)
    going_on.adopt(small_flux)
    vae = going_on.autoencoder()
    assert vae.config["scaling_factor"] != 1
    before = torch.load(going_on.state("flow"), weights_only=True)
    flow.train(going_on.denoiser(), going_on.latents([(SMALL, 1.0)]), going_on.state("flow"), 1, A_MOMENT)
    after = torch.load(going_on.state("flow"), weights_only=True)
    assert after["step"] > before["step"] == 0
    with pytest.raises(UserError, match="a training has begun in this folder"):
        going_on.adopt(small_flux)
    # The shipped model is the student, too, and follows the flow that goes on.
    assert distill.follow(going_on.state("distill"), going_on.state("flow"))
    student = torch.load(going_on.state("distill"), weights_only=True)
    for weights in ("modules", "average"):
        for part, module in after["average"].items():
            assert all(torch.allclose(student[weights][part][key], value, atol=1e-5) for key, value in module.items())


def test_half_of_the_guidances_are_the_usual_ones():
    drawn = distill.draw_guidance(4000, np.random.default_rng(1))
    assert drawn.min() >= 1
    assert drawn.max() <= distill.LARGEST
    low, high = distill.USUAL
    usual = float(((drawn >= low) & (drawn <= high)).float().mean())
    assert usual == pytest.approx(0.5 + 0.5 * np.log(high / low) / np.log(distill.LARGEST), abs=0.03)


def test_a_sitting_with_a_share_takes_smaller_steps(tmp_path):
    def moved(share: float) -> float:
        layer = torch.nn.Linear(1, 1, bias=False)
        before = float(layer.weight)
        training = Training(tmp_path / f"{share}.pt", {"layer": layer}, [torch.optim.SGD(layer.parameters(), 1.0)])
        for _ in training.steps(Sitting(0.001, share=share)):
            training.update(layer.weight.sum(), layer.weight.sum())
            break
        return abs(float(layer.weight) - before)

    assert moved(0.5) == pytest.approx(moved(1.0) / 2)


def test_the_same_step_draws_the_same_batch(work):
    latents = work.latents([(SMALL, 1.0)])
    first, second = (flow.draw_batch(latents, np.random.default_rng((1, 7)), 256) for _ in range(2))
    assert torch.equal(first.noisy, second.noisy)
    assert first.captions == second.captions


def test_a_straight_line_leads_from_picture_to_noise(work):
    batch = flow.draw_batch(work.latents([(SMALL, 1.0)]), np.random.default_rng(3), 256)
    at = batch.times.view(-1, 1, 1)
    picture = flow.packed(batch.noisy) - at * batch.wanted
    known = flow.packed(work.latents([(SMALL, 1.0)])[0].values.float())
    assert all(any(torch.allclose(one, other, atol=1e-4) for other in known) for one in picture)


@pytest.mark.skipif(not shutil.which("g++"), reason="blocks are compiled only where there is a C++ compiler")
def test_a_compiled_block_has_the_gradients_of_a_plain_one():
    transformer = components.transformer()
    block = transformer.single_transformer_blocks[0]
    for weight in block.parameters():
        torch.nn.init.normal_(weight, std=0.05)
    inputs = {
        "hidden_states": torch.randn(2, 64, 192).bfloat16(),
        "encoder_hidden_states": torch.randn(2, 32, 192).bfloat16(),
        "temb": torch.randn(2, 192).bfloat16(),
        "image_rotary_emb": (torch.randn(96, 32), torch.randn(96, 32)),
    }

    def gradients() -> torch.Tensor:
        block.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            text, picture = block(**inputs)
        (text.float().square().mean() + picture.float().square().mean()).backward()
        return torch.cat([weight.grad.flatten() for weight in block.parameters() if weight.grad is not None])

    plain = gradients()
    compile_blocks(transformer)
    assert float((gradients() - plain).norm() / plain.norm()) < 0.05


def test_the_average_follows_the_weights(tmp_path):
    module = torch.nn.Linear(1, 1)
    training = Training(tmp_path / "a.pt", {"line": module}, [torch.optim.SGD(module.parameters(), lr=0.1)], warm_up=1)
    for _ in range(200):
        error = (module(torch.ones(1, 1)) - 3).square().sum()
        training.update(error, error)
    training.save()
    training.use_average()
    assert float(module(torch.ones(1, 1))) == pytest.approx(3, abs=0.01)


def test_what_ships_is_a_folder_that_the_pipeline_loads(work, tmp_path):
    from diffusers import FluxPipeline

    pipe = work.pipeline(work.denoiser("distill"))
    write(pipe, tmp_path)
    listed = json.loads((tmp_path / MANIFEST).read_text())["files"]
    found = {str(path.relative_to(tmp_path)) for path in Path(tmp_path).rglob("*") if path.is_file()}
    assert set(listed) == found - {MANIFEST}
    assert sum(size for size, _ in listed.values()) < 16 * 2**20
    loaded = FluxPipeline.from_pretrained(tmp_path)
    loaded.set_progress_bar_config(disable=True)
    made = loaded("a king", width=128, height=128, num_inference_steps=2, max_sequence_length=32, output_type="np")
    assert made.images[0].shape == (128, 128, 3)
    assert np.isfinite(made.images).all()


def test_an_autoencoder_begins_with_anothers_layers_near_the_pixels(monkeypatch):
    old = components.autoencoder()
    torch.nn.init.normal_(old.decoder.up_blocks[5].resnets[0].conv1.weight)
    monkeypatch.setattr(components, "WIDTHS", (8, 16, 32, 64, 96, 64, 64))
    new = components.autoencoder()
    assert autoencoder.begin_with(new, old) > 1e6
    taken, other = new.decoder.up_blocks[6].resnets[0], old.decoder.up_blocks[5].resnets[0]
    assert torch.equal(taken.conv1.weight, other.conv1.weight)
    assert torch.equal(
        new.encoder.down_blocks[3].resnets[0].conv1.weight, old.encoder.down_blocks[3].resnets[0].conv1.weight
    )
