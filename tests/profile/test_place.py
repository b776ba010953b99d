"""Where hand-ins lie when a learner follows more than one lesson."""

from workshop_tui.profile.hand_in import PROFILE_FILE
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


def test_what_cannot_be_read_is_no_other_lesson_s(tmp_path):
    for text in ("no toml", "lesson = 3\n", "", '[lesson]\ntitle = "x"\n'):
        write(tmp_path, text)
        assert hand_in_place(tmp_path, "one") == tmp_path
