import getpass
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.errors import UserError
from workshop_tui.paths import checkout, find_paths, learner_name, shipped


def test_one_variable_moves_all_state(home):
    found = find_paths()
    assert {found.data, found.cache, found.log, found.config} == {home / n for n in ("data", "cache", "log", "config")}
    assert found.hand_ins == home / "data" / "profiles"
    assert not home.exists()


def test_without_it_the_platforms_places_serve(monkeypatch, tmp_path):
    monkeypatch.delenv("WORKSHOP_TUI_HOME", raising=False)
    monkeypatch.delenv("WORKSHOP_TUI_PROFILES", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    found = find_paths()
    assert found.data.name == "workshop-tui"
    root = checkout()
    assert found.hand_ins == (root / "profiles" if root else found.data / "profiles")


def test_hand_ins_go_where_they_are_asked_for(home, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKSHOP_TUI_PROFILES", str(tmp_path / "class"))
    assert find_paths().hand_ins == tmp_path / "class"
    assert find_paths(tmp_path / "mine").hand_ins == tmp_path / "mine"
    monkeypatch.chdir(tmp_path)
    assert find_paths("here").hand_ins == tmp_path / "here"


@pytest.mark.parametrize("name", ["WORKSHOP_TUI_HOME", "WORKSHOP_TUI_PROFILES"])
def test_a_home_that_nobody_has_is_named(home, monkeypatch, name):
    monkeypatch.setenv(name, "~nobody-is-called-so/x")
    with pytest.raises(UserError, match="a home that is not there"):
        find_paths()


@pytest.mark.parametrize(
    "name", ["../../etc", "a/b", ".", "..", "...", "ada.lovelace", "🦊", "名前", "-rf", "CON", "a\nb"]
)
def test_a_learners_folders_stay_inside(home, name):
    mine = find_paths().learner(name)
    assert mine.root.parent == home / "data" / "learners"
    assert mine.hand_in.parent == home / "data" / "profiles"
    assert mine.log.parent == home / "log"
    assert mine.name == " ".join(name.split())
    for path in (mine.notebook, mine.spool, mine.pictures):
        assert path.parent == mine.root


@given(st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=2, unique=True))
def test_two_learners_never_share_a_folder(names):
    folders: dict[Path, str] = {}
    paths = find_paths("/class")
    for name in names:
        try:
            mine = paths.learner(name)
        except UserError:
            continue
        assert folders.setdefault(mine.root, mine.name) == mine.name


def test_no_learner_gets_the_presets_folder(home):
    assert find_paths().learner("presets").hand_in.name != "presets"


def test_one_name_is_one_learner_however_it_was_typed(home):
    assert find_paths().learner("Zoe\u0308") == find_paths().learner("Zoë") == find_paths().learner("  Zoë ")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("a" * 81, "81 characters"),
        ("a\x1b[31m", r"a\\x1b\[31m"),
        ("a\ud800", "cannot be shown"),
        ("a\u202eb", "cannot be shown"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(home, name, said):
    with pytest.raises(UserError, match=said):
        find_paths().learner(name)


def test_the_longest_name_is_taken(home):
    assert find_paths().learner("ä" * 80).name == "ä" * 80


def test_whose_name_is_taken(monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_LEARNER", "grace")
    assert learner_name() == "grace"
    assert learner_name("ada") == "ada"
    monkeypatch.delenv("WORKSHOP_TUI_LEARNER")
    monkeypatch.setattr(getpass, "getuser", lambda: "login")
    assert learner_name() == "login"


def test_a_user_without_an_entry_in_passwd_has_a_name(monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.delenv("WORKSHOP_TUI_LEARNER", raising=False)
    monkeypatch.setattr(getpass, "getuser", nobody)
    assert learner_name() == f"user-{os.getuid()}"


def test_a_sockets_path_is_short_and_a_learners_own(home, monkeypatch):
    ada, grace = (find_paths().learner(name).socket for name in ("ada", "grace"))
    monkeypatch.setenv("WORKSHOP_TUI_HOME", "/" + "very-long-folder/" * 60)
    elsewhere = find_paths().learner("ä" * 80).socket
    assert len({ada, grace, elsewhere}) == 3
    assert all(len(os.fsencode(path)) < 107 for path in (ada, grace, elsewhere))


def test_a_state_folder_whose_name_is_no_utf8_has_sockets_too(home, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_HOME", "/tmp/caf\udce9")
    mine = find_paths()
    assert len({mine.learner("ada").socket, mine.learner("grace").socket}) == 2
    assert mine.shared_engine(mine.learner("ada").root / "socket").root != mine.shared_engine(Path("/other")).root


def test_what_ships_is_there():
    assert (shipped("lessons") / "flux-deep-dive" / "lesson.toml").is_file()
