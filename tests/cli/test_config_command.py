"""`workshop-tui config`."""

import json

from tests.test_config import write
from workshop_tui.config import site_file, user_file


def test_show_tells_value_and_source(run):
    write(site_file(), 'connect = "ada@gpu.example.org:2222"\n')
    shown = json.loads(run("config", "show", "--json")[1])
    assert shown["values"]["connect"] == {"value": "ada@gpu.example.org:2222", "source": str(site_file())}
    assert shown["values"]["model"] == {"value": None, "source": None}
    text = run("config", "show")[1]
    assert f"connect         ada@gpu.example.org:2222  (from {site_file()})" in text
    assert f"user            {user_file()}  (not there)" in text
    assert all(len(line) <= 80 for line in text.splitlines() if "/" not in line)


def test_check_lists_all_faults_and_leaves_with_2(run, tmp_path):
    path = write(tmp_path / "draft.toml", "shedule = 'own'\nlang = '?'\nmodel = 'small-flux'\n")
    code, out, err = run("config", "check", path)
    assert code == 2
    assert out == f"wrong      {path}\n"
    assert "shedule" in err
    assert "model_folders" not in err
    assert "lang" in err
    path.write_text("model = 'small-flux'\n")
    code, out, err = run("config", "check", path)
    assert code == 0
    assert "right" in out
    assert run("config", "check", tmp_path / "none")[0] == 2


def test_check_lists_all_faults_of_files_and_environment_together(run, monkeypatch):
    write(user_file(), "lang = '?'\n")
    monkeypatch.setenv("WORKSHOP_TUI_THEME", "pink")
    monkeypatch.setenv("WORKSHOP_TUI_SCHEDULE", "late")
    monkeypatch.setenv("WORKSHOP_TUI_WORKER_LEASE", "abc")
    monkeypatch.setenv("WORKSHOP_TUI_LEARNER", "x" * 81)
    variables = [f"$WORKSHOP_TUI_{name}: " for name in ("THEME", "SCHEDULE", "WORKER_LEASE", "LEARNER")]
    code, _, err = run("config", "check")
    assert code == 2
    assert all(part in err for part in (f"{user_file()}: lang", *variables))
    user_file().unlink()
    code, _, err = run("config", "check")
    assert code == 2
    assert all(part in err for part in variables)


def test_a_wrong_site_file_stops_a_command_with_one_line_not_a_traceback(run):
    write(site_file(), "models = 'x'\n")
    code, _, err = run("paths")
    assert code == 2
    assert "did you mean 'model'" in err
    assert "Traceback" not in err


def test_keys_are_listed_with_what_they_do_and_a_wrong_table_is_found_by_check(run):
    path = write(user_file(), '[keys]\n"lab.run" = "g"\n')
    code, out, _ = run("config", "keys")
    assert code == 0
    assert "lab.run                  g            Make the pictures that are missing" in out
    assert "(was r)" in out
    listed = json.loads(run("config", "keys", "--json")[1])
    row = next(row for row in listed["keys"] if row["id"] == "lab.run")
    assert (row["keys"], row["own_keys"], listed["faults"]) == (["g"], ["r"], [])
    write(path, '[keys]\n"lab.run" = "x"\n"lab.stop" = "x"\n"lab.zom" = "z"\n')
    code, out, err = run("config", "check")
    assert code == 2
    assert f"{path}: keys: lab.zom = 'z': this id is unknown; did you mean lab.zoom?" in err
    code, out, err = run("config", "keys")
    assert (code, "lab.run                  r " in out) == (2, True)
    assert "lab.zom" in err
    write(path, '[keys]\n"lab.run" = "x"\n')
    assert "lab.stop has the key x" in run("config", "check")[2]
    assert run("paths")[0] == 0
    write(path, '[keys]\n"lab.run" = "g"\n')
    write(site_file(), '[keys]\n"lab.stop" = "g"\n')
    code, out, err = run("config", "check")
    assert (code, f"right      {path}" in out) == (2, True)
    assert "the key g on the same screen" in err
