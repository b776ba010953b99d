"""Where hand-ins lie when a learner follows more than one lesson."""

import pytest

from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE
from workshop_tui.profile.place import hand_in_place, hand_ins_in


def write(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PROFILE_FILE).write_text(text)


def test_the_first_lesson_has_the_folder_and_a_further_one_a_folder_in_it(tmp_path):
    assert hand_in_place(tmp_path / "none yet", "one") == tmp_path / "none yet"
    write(tmp_path, '[lesson]\nid = "one"\n')
    assert hand_in_place(tmp_path, "one") == tmp_path
    assert hand_in_place(tmp_path, "two") == tmp_path / "two"
    write(tmp_path / "two", '[lesson]\nid = "two"\n')
    assert hand_ins_in(tmp_path) == [tmp_path, tmp_path / "two"]


UNREADABLE = ("no toml", "lesson = 3\n", "", '[lesson]\ntitle = "x"\n', "a = " + "[" * 5000)


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_damaged_profile_leaves_each_lesson_its_place(tmp_path, text):
    (tmp_path / CHECKLIST_FILE).write_text('[lesson]\nid = "one"\n')
    write(tmp_path, text)
    assert hand_in_place(tmp_path, "one") == tmp_path  # its other file says so: the damaged one is moved aside
    assert hand_in_place(tmp_path, "two") == tmp_path / "two"


@pytest.mark.parametrize("text", UNREADABLE)
def test_files_that_do_not_say_whose_they_are_are_nobody_s_to_write_over(tmp_path, text):
    write(tmp_path, text)
    assert hand_in_place(tmp_path, "one") == tmp_path / "one"


def test_a_further_lesson_keeps_its_folder_when_the_first_is_gone(tmp_path):
    write(tmp_path / "two", '[lesson]\nid = "two"\n')
    assert hand_in_place(tmp_path, "two") == tmp_path / "two"
    assert hand_in_place(tmp_path, "one") == tmp_path
