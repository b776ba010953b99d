import subprocess
import sys

import pytest

from tests.conftest import SHIPPED
from workshop_tui.config import site_file
from workshop_tui.errors import UserError
from workshop_tui.lesson.loader import find_lesson, lesson_places, list_lessons, load_lesson, open_lesson
from workshop_tui.paths import shipped


def test_a_lesson_is_opened_with_its_texts(small):
    lesson = load_lesson(small())
    assert lesson.id == "small"
    assert [part.id for part in lesson.reading_order()] == ["talk", "rest", "lab"]
    assert lesson.texts["talk"][0].text == "# Talk\n\nWords."


def test_names_that_are_not_there_are_told_with_those_that_are(small):
    lesson = load_lesson(small())
    with pytest.raises(UserError, match="There is no section 'x' here"):
        lesson.part("x")
    with pytest.raises(UserError, match="There is no exercise 'x' here") as caught:
        lesson.exercise("x")
    assert caught.value.hint == "Known: first."
    with pytest.raises(UserError, match="There is no sweep 'x' here"):
        lesson.exercise("first").sweep("x")


def test_the_hash_is_that_of_the_content(small, tmp_path):
    folder = small()
    first = load_lesson(folder).sha256
    folder.rename(tmp_path / "elsewhere")
    moved = tmp_path / "elsewhere"
    assert load_lesson(moved).sha256 == first
    (moved / "unused.md").write_text("x")
    assert load_lesson(moved).sha256 == first
    talk, lab = moved / "01-talk.md", moved / "03-lab.md"
    talk.write_text(talk.read_text() + "Y")
    second = load_lesson(moved).sha256
    assert second != first
    talk.write_text(talk.read_text()[:-1])
    lab.write_text("Y" + lab.read_text())
    assert load_lesson(moved).sha256 not in (first, second)


def test_a_lesson_with_an_error_is_not_opened(small):
    folder = small(("minutes = 20", 'minutes = "20"'), ("seed = 7", "seed = -7"))
    with pytest.raises(UserError) as caught:
        load_lesson(folder)
    assert "(1 more)" in caught.value.message
    assert 'sections[0].minutes = "20"' in caught.value.message
    assert str(folder) in caught.value.hint


def test_a_lesson_with_a_warning_is_opened(small):
    assert load_lesson(small(("stated_minutes = 60", "stated_minutes = 90"))).data.stated_minutes == 90


def test_lessons_are_found_by_id_and_by_folder(small, tmp_path, monkeypatch):
    folder = small()
    places = (folder.parent,)
    assert find_lesson("small", places) == folder
    assert find_lesson(str(folder), ()) == folder
    assert find_lesson(str(folder / "lesson.toml"), ()) == folder
    monkeypatch.chdir(folder)
    assert load_lesson(find_lesson(".", ())).id == "small"
    (folder.parent / "small").rename(folder.parent / "another-name")
    assert find_lesson("small", places).name == "another-name"
    with pytest.raises(UserError, match="There is no lesson 'smal'") as caught:
        find_lesson("smal", places)
    assert "Did you mean 'small'?" in caught.value.hint


@pytest.mark.parametrize("name", ["", "nowhere", "a/b", "x" * 5000, "a\0b"])
def test_a_lesson_that_is_not_there(name):
    with pytest.raises(UserError):
        open_lesson(name, ())


def test_a_list_holds_broken_lessons_too(small):
    folder = small(("minutes = 20", "minutes = 0"))
    (broken,) = list_lessons((folder.parent, folder.parent / "nowhere"))
    assert (broken.id, broken.title) == ("small", "")
    assert "sections[0].minutes" in broken.problem
    (folder / "lesson.toml").write_text("=")
    assert list_lessons((folder.parent,))[0].id == "small"


def test_the_shipped_lessons_are_listed_first():
    assert lesson_places()[0] == shipped("lessons")
    listed = {lesson.id: lesson for lesson in list_lessons(lesson_places()[:1])}
    assert set(listed) == {folder.name for folder in SHIPPED}
    assert {lesson.problem for lesson in listed.values()} == {""}
    lesson = listed["flux-deep-dive"]
    assert (lesson.minutes, lesson.breaks, lesson.sections, lesson.exercises) == (220, 15, 8, 3)


def test_a_machines_lessons_are_found_by_all_its_users(small, home, monkeypatch):
    folder = small()
    site_file().parent.mkdir(parents=True)
    site_file().write_text(f'lesson_folders = ["{folder.parent}"]\n')
    assert find_lesson("small") == folder
    site_file().unlink()
    with pytest.raises(UserError, match="There is no lesson 'small'"):
        find_lesson("small")
    monkeypatch.setenv("WORKSHOP_TUI_LESSON_FOLDERS", f"/nowhere:{folder.parent}")
    assert "small" in [lesson.id for lesson in list_lessons()]


def test_opening_a_good_lesson_loads_nothing_heavy():
    code = (
        "import sys\n"
        "from workshop_tui.lesson.loader import open_lesson\n"
        "open_lesson('flux-deep-dive')\n"
        "print([name for name in ('jsonschema', 'torch', 'textual', 'rich') if name in sys.modules])\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


DAMAGED = {
    "minutes": ("minutes = 20", f"minutes = 1{'0' * 400}", "more than 64 bits"),
    "seed": ("seed = 7", f"seed = 0x{'f' * 5000}", "more than 64 bits"),
    "values": ("[10, 25]", "[" * 400 + "]" * 400, "more than 20 deep"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_absurd_numbers_and_depths_are_told_and_hide_no_other_lesson(small, name):
    old, new, said = DAMAGED[name]
    folder = small((old, new))
    with pytest.raises(UserError, match=said):
        load_lesson(folder)
    *others, broken = list_lessons([shipped("lessons"), folder.parent])
    assert said in broken.problem
    assert len(others) == len(SHIPPED)


def test_of_two_lessons_with_one_id_both_are_named(small, tmp_path):
    places = [tmp_path / "both"]
    bad, good = places[0] / "a", places[0] / "b"
    places[0].mkdir()
    small(("minutes = 20", "minutes = 0")).rename(bad)
    small().rename(good)
    (listed,) = list_lessons([*places, *places])
    assert listed.problem
    assert (listed.folder, listed.same_id) == (str(bad), (str(good),))
    with pytest.raises(UserError) as caught:
        open_lesson("small", places)
    assert str(bad) in caught.value.message
    assert caught.value.hint.endswith(f"Another has this id too, and is found by its folder: {good}")
