import json

import pytest

from workshop_tui.cli import main
from workshop_tui.paths import shipped


def test_paths_say_where_everything_lies_and_make_nothing(home, capsys):
    with pytest.raises(SystemExit) as left:
        main(["paths", "--json", "--learner", "../ada"])
    assert left.value.code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["learner"] == "../ada"
    assert found["notebook"].startswith(str(home / "data" / "learners" / "ada-"))
    assert found["hand_in"].startswith(str(home / "data" / "profiles" / "ada-"))
    assert found["data"] == str(home / "data")
    assert found["own_lessons"] == str(home / "data" / "lessons")
    assert found["lessons"].endswith("lessons")
    assert not home.exists()


def test_shipped_lessons_and_own_ones_are_told_apart(home, capsys):
    with pytest.raises(SystemExit):
        main(["paths"])
    rows = {line[:15].strip(): line[16:] for line in capsys.readouterr().out.splitlines()}
    assert rows["own lessons"] == str(home / "data" / "lessons")
    assert rows["shipped lessons"] == str(shipped("lessons"))


def test_a_home_that_nobody_has_is_one_line(home, capsys):
    with pytest.raises(SystemExit) as left:
        main(["paths", "--profiles", "~nobody-is-called-so"])
    assert left.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("workshop-tui: The hand-in folder is '~nobody-is-called-so'")
