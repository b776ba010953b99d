"""What site, user and environment set: who wins, and what is said of what is wrong."""

import pytest

from workshop_tui.config import Config, load_config, settle, site_file, user_file
from workshop_tui.errors import UserError
from workshop_tui.generation.models import default_model
from workshop_tui.paths import find_paths


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_is_set_on_a_fresh_machine(home):
    assert load_config() == Config()
    assert default_model() == "small-flux"


def test_later_ones_win_key_by_key(home, monkeypatch):
    write(
        site_file(), 'model = "/srv/flux"\nschedule = "fit 150"\nlang = "de"\nmodel_folders = ["/srv/models", "more"]\n'
    )
    write(user_file(), 'model = "mine"\nhand_in_folder = "~/hand-ins"\n')
    monkeypatch.setenv("WORKSHOP_TUI_LANG", "fr")
    settled = settle()
    assert settled.config.model == "mine"
    assert settled.config.schedule == "fit 150"
    assert settled.config.lang == "fr"
    assert [str(folder) for folder in settled.config.model_folders] == ["/srv/models", str(site_file().parent / "more")]
    assert settled.sources == {
        "model": str(user_file()),
        "hand_in_folder": str(user_file()),
        "schedule": str(site_file()),
        "model_folders": str(site_file()),
        "lang": "WORKSHOP_TUI_LANG",
    }
    assert default_model() == "mine"
    assert find_paths().hand_ins.name == "hand-ins"
    assert find_paths("elsewhere").hand_ins.name == "elsewhere"


def test_a_byte_order_mark_is_no_part_of_a_file(home):
    write(user_file(), '\ufeffmodel = "mine"\n')
    assert load_config().model == "mine"


def test_an_engine_reaches_every_learner(home, tmp_path):
    write(site_file(), 'engine = "/run/flux.sock"\n')
    assert str(find_paths().learner().engine) == "/run/flux.sock"
    assert find_paths(engine=tmp_path / "other.sock").learner().engine == tmp_path / "other.sock"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("shedule = 'own'", "shedule: this key is unknown; did you mean 'schedule'?"),
        ("colour = 'red'", "colour: this key is unknown; known are model, "),
        ("schedule = 'fast'", "schedule: 'fast' is no schedule; write own, printed, or fit"),
        ("model = 3", "model: '3' is no text."),
        ("model = ''", "model: '' is no text."),
        ("model_folders = '/srv'", "model_folders: '/srv' is no list of folders."),
        ("connect = '-oProxyCommand=x'", "connect: '-oProxyCommand=x' is no address"),
        ("connect = 'me@box; rm'", "connect: 'me@box; rm' is no address"),
        ("alerts = 'loud'", "alerts: 'loud' is neither true nor false, which stand without quotes."),
        ('plain = "true"', "plain: 'true' is neither true nor false, which stand without quotes."),
        ("ascii = 0", "ascii: '0' is neither true nor false, which stand without quotes."),
        ("lang = 'german!'", "lang: 'german!' is no language"),
        ("hand_in_folder = '~nobody-here/x'", "names a home that is not there"),
        ('model = "\\u001b[2J"', "holds characters that cannot be shown"),
        ("model = ", "it is no TOML"),
    ],
)
def test_what_is_wrong_names_file_key_and_value(home, text, fault):
    path = write(site_file(), text)
    with pytest.raises(UserError) as error:
        load_config()
    assert str(error.value).startswith(f"{path}: ")
    assert fault in str(error.value)
    assert "\x1b" not in str(error.value)


def test_bytes_that_are_no_text_are_named_with_their_place(home):
    site_file().parent.mkdir(parents=True, exist_ok=True)
    site_file().write_bytes("\ufeff# Grüße\nmodel = 'é".encode() + b"\xe4'\n")
    with pytest.raises(UserError, match=r"not UTF-8 text: byte 0xe4 cannot be read \(at line 2, column 11\)"):
        load_config()


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SCHEDULE", "fast", "'fast' is no schedule"),
        ("PLAIN", "yes", "'yes' is neither true nor false"),
        ("WORKER_LEASE", "abc", "'abc' is no number of seconds above 0."),
        ("WORKER_STALL", "0", "'0' is no number of seconds above 0."),
    ],
)
def test_a_wrong_variable_is_named(home, monkeypatch, name, value, fault):
    monkeypatch.setenv(f"WORKSHOP_TUI_{name}", value)
    with pytest.raises(UserError, match=rf"\$WORKSHOP_TUI_{name}: {fault}"):
        load_config()


def test_variables_say_switches_in_words_and_a_worker_s_patience_in_seconds(home, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_PLAIN", "1")
    monkeypatch.setenv("WORKSHOP_TUI_ALERTS", "Off")
    monkeypatch.setenv("WORKSHOP_TUI_WORKER_IDLE", "1.5")
    settled = settle()
    assert (settled.config.plain, settled.config.alerts) == (True, False)
    assert settled.worker == {"idle": 1.5}
