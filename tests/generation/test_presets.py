import tomllib

import msgspec
import pytest

from workshop_tui.errors import UserError
from workshop_tui.generation.presets import Preset, Presets
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths, shipped


def own(name, label="", note="", **settings):
    return Preset.of(name, label, note, Settings("", **settings))


MINE = own("my-portraits", "My portraits", "Skin stays natural.", num_inference_steps=20, guidance_scale=2.5)


@pytest.fixture
def presets(tmp_path):
    return Presets(shipped("presets"), tmp_path / "presets")


def test_the_shipped_presets_lie_in_the_lessons_ranges(presets):
    ranges = {
        "fast-preview": (10, 15),
        "low-vram": (15, 25),
        "good-quality": (20, 30),
        "maximum-quality": (40, 50),
    }
    assert list(presets.all()) == list(ranges)
    for name, (low, high) in ranges.items():
        preset = presets.find(name)
        assert low <= preset.settings.num_inference_steps <= high
        check_settings(preset.settings)
        assert presets.is_shipped(name)


def test_a_preset_saved_before_anything_else_leaves_the_learners_state_private(home):
    learner = find_paths().learner("ada")
    Presets.of(learner).save(MINE)
    assert learner.root.stat().st_mode & 0o077 == 0
    Notebook(learner.notebook, learner.pictures).close()


def test_an_own_preset_is_kept_found_replaced_and_deleted(presets):
    path = presets.save(MINE)
    assert tomllib.loads(path.read_text())["num_inference_steps"] == 20
    assert presets.find("my-portraits") == MINE
    assert list(presets.all()) == ["fast-preview", "my-portraits", "low-vram", "good-quality", "maximum-quality"]
    presets.save(own("my-portraits", "Mine", num_inference_steps=50))
    assert presets.find("my-portraits").steps == 50
    presets.delete("my-portraits")
    with pytest.raises(UserError, match="you have none called 'my-portraits'"):
        presets.delete("my-portraits")


@pytest.mark.parametrize("name", ["nice", "../fast-preview", "", "x/y", "my-portraits\0", "x" * 300])
def test_an_unknown_preset_names_those_there_are(presets, name):
    presets.save(MINE)
    with pytest.raises(UserError, match="fast-preview, good-quality, low-vram, maximum-quality, my-portraits"):
        presets.find(name)


@pytest.mark.parametrize("name", ["", "My", "-x", "a b", "../x", "größe", "x" * 41, "x\n", "presets.toml"])
def test_a_name_that_is_none_is_refused(presets, name):
    for change in (lambda: presets.save(own(name)), lambda: presets.delete(name)):
        with pytest.raises(UserError, match="is no name") as caught:
            change()
        assert "small letters" in caught.value.hint
    assert not presets.own.exists()


def test_shipped_presets_cannot_be_changed(presets):
    for change in (
        lambda: presets.save(own("good-quality", num_inference_steps=99)),
        lambda: presets.delete("good-quality"),
    ):
        with pytest.raises(UserError, match="'good-quality' ships with the program"):
            change()
    presets.own.mkdir()
    (presets.own / "good-quality.toml").write_text("nonsense")  # put there by hand: it hides nothing
    assert presets.find("good-quality").steps == presets.all()["good-quality"].steps == 28


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('num_inference_steps = "many"', "num_inference_steps"),
        ("num_inference_steps = 101", "steps: 101 is out of range"),
        ("guidance_scale = nan", "guidance: nan is out of range"),
        ('name = "other"', "name: 'other' is not the file's name"),
        ('note = "\\u001b[31m"', "note: .*cannot be shown"),
        (f'label = "{"x" * 201}"', "label: 201 characters"),
        ("surplus = 1", "'surplus = 1': a preset has no such key; known are name, label, note, num_inference_steps"),
        ("seed = 7", "'seed = 7': a preset has no such key"),
        ("walk_to = 7", "'walk_to = 7'"),
        ('precision = "fp8"', "precision: 'fp8' is unknown"),
        ('negative_prompt = "fog"', "negative prompt: it has no effect while true-cfg is 1"),
        ("= 1", "cannot be read"),
    ],
)
def test_a_damaged_preset_names_file_key_and_value_and_can_be_deleted(presets, change, words):
    presets.save(MINE)
    file = presets.own / "my-portraits.toml"
    key = change.split(" =")[0]
    lines = [line for line in file.read_text().splitlines() if not key or line.split(" =")[0] != key]
    file.write_text("\n".join([*lines, change]))
    for read in (presets.all, lambda: presets.find("my-portraits")):
        with pytest.raises(UserError, match=rf"my-portraits\.toml.*{words}"):
            read()
    assert presets.find("good-quality").steps == 28, "a damaged neighbour does no harm"
    presets.delete("my-portraits")
    assert "my-portraits" not in presets.all()


@pytest.mark.parametrize(("steps", "guidance", "words"), [(0, 3.5, "steps"), (20, 0.5, "guidance"), (20, 99, "99")])
def test_values_out_of_range_are_not_kept(presets, steps, guidance, words):
    with pytest.raises(UserError, match=words):
        presets.save(own("mine", num_inference_steps=steps, guidance_scale=guidance))


def test_it_holds_all_that_is_not_the_default_but_which_picture_is_made(presets):
    settings = Settings(
        "a cat", 12, seed=7, width=768, height=512, walk_to=3, walk=0.5, precision="fp32", true_cfg_scale=4.0,
        negative_prompt="fog", block_cache=0.1, tiled_decode=True,
    )  # fmt: skip
    presets.save(Preset.of("all", "All", "", settings))
    found = presets.find("all")
    assert found.words == (
        "12 steps, guidance 3.5, 768x512, fp32, true CFG 4, block cache 0.1, negative prompt fog, in tiles"
    )
    assert found.over(Settings("a dog", seed=9, sampler="heun")) == msgspec.structs.replace(
        settings, prompt="a dog", seed=9, sampler="heun", walk_to=None, walk=0.0
    )


def test_what_a_preset_does_not_hold_stays_as_it_is(presets):
    before = Settings("a", 50, 7.0, width=512, height=512, placement="cpu", quantization="bnb-nf4")
    after = presets.find("fast-preview").over(before)
    assert after == msgspec.structs.replace(before, num_inference_steps=12, guidance_scale=3.5)
    assert presets.find("fast-preview").words == "12 steps, guidance 3.5"
    low = presets.find("low-vram").over(before)
    assert low.words == "768x768, 20 steps, guidance 7, euler, quantization auto, in tiles"


def test_a_byte_order_mark_is_no_part_of_a_file(presets):
    file = presets.save(MINE)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert presets.find("my-portraits") == MINE


def test_a_file_of_an_earlier_version_is_read(presets):
    presets.own.mkdir()
    (presets.own / "soft.toml").write_text(
        'name = "soft"\nlabel = "Soft"\nnote = ""\nnum_inference_steps = 20\nguidance_scale = 2\n'
    )
    assert presets.find("soft").words == "20 steps, guidance 2"
    (presets.own / "bare.toml").write_text('label = "Bare"\n')
    assert presets.find("bare").words == "nothing"
    (presets.own / "bare.toml").write_text("")
    with pytest.raises(UserError, match=r"bare\.toml cannot be read: .*label"):
        presets.find("bare")
