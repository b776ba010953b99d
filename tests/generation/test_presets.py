import pytest

from workshop_tui.errors import UserError
from workshop_tui.generation.presets import find_preset, load_presets
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.paths import shipped


def test_the_shipped_presets_lie_in_the_lessons_ranges():
    presets = load_presets(shipped("presets"))
    ranges = {"fast-preview": (10, 15), "good-quality": (20, 30), "maximum-quality": (40, 50)}
    assert list(presets) == list(ranges)
    for name, (low, high) in ranges.items():
        preset = presets[name]
        assert low <= preset.num_inference_steps <= high
        check_settings(Settings("a", preset.num_inference_steps, preset.guidance_scale))


def test_an_unknown_preset_names_those_there_are():
    with pytest.raises(UserError, match="fast-preview, good-quality, maximum-quality"):
        find_preset(shipped("presets"), "nice")


def test_a_damaged_preset_names_file_and_key(tmp_path):
    (tmp_path / "mine.toml").write_text('name = "mine"\nlabel = "Mine"\nnote = ""\nnum_inference_steps = "many"\n')
    with pytest.raises(UserError, match=r"mine\.toml.*num_inference_steps"):
        load_presets(tmp_path)
