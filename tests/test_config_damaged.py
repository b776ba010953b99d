"""A configuration that was damaged sets what is still right, and each fault names its file."""

from hypothesis import given

from tests.mutations import MODEST, check_told, damaged
from workshop_tui.config import KEYS, read_config

VALID = b"""\
model = "small-flux"
schedule = "fit 150"
alerts = true
model_folders = ["/srv/models", "~/more"]
lesson_folders = []
hand_in_folder = "hand-ins"
connect = "ada@gpu.example.org:22"
lang = "de"
"""


def test_a_damaged_file_sets_what_is_right_and_is_named(tmp_path):
    file = tmp_path / "config.toml"

    @MODEST
    @given(damaged(VALID))
    def check(data):
        file.write_bytes(data)
        values, faults = read_config(file)
        assert values.keys() <= set(KEYS)
        for fault in faults:
            check_told(fault, file)

    check()


def test_a_number_of_thousands_of_digits_and_a_thousand_lists_are_faults(tmp_path):
    file = tmp_path / "config.toml"
    for text in ("alerts = " + "9" * 5000, "alerts = " + "[" * 5000, 'model = "a\\u001b"', '"\\u001b" = 1'):
        file.write_text(text)
        values, [fault] = read_config(file)
        assert values == {}
        check_told(fault, file)
