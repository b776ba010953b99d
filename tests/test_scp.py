import shutil
import subprocess
from pathlib import Path

import pytest

from workshop_tui.errors import UserError
from workshop_tui.scp import fetch_line, guess, remember, remembered, scp_line, serve_line, tunnel_line

PICTURE = Path("/home/ada/pictures/0123.png")


@pytest.mark.parametrize(
    ("connect", "line"),
    [
        ("gpu", "scp gpu:/home/ada/pictures/0123.png ."),
        ("ada@gpu.example", "scp ada@gpu.example:/home/ada/pictures/0123.png ."),
        ("ada@gpu:2222", "scp -P 2222 ada@gpu:/home/ada/pictures/0123.png ."),
        ("ada@[::1]", 'scp "ada@[::1]:/home/ada/pictures/0123.png" .'),
        ("ada@[::1]:22", 'scp -P 22 "ada@[::1]:/home/ada/pictures/0123.png" .'),
    ],
)
def test_the_line_can_be_pasted(connect, line):
    assert scp_line(PICTURE, connect) == line


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/a b/c.png", "/a?b/c.png"),
        ("/it's $HOME `x`/c.png", "/it?s??HOME??x?/c.png"),
        ('/"q" \\ %A%/c!.png', "/?q?????A?/c?.png"),
        ("/a,b/c.png", "/a,b/c.png"),
        ("/Käthe Müller/ß.png", "/Käthe?Müller/ß.png"),
        ("/‘x’ – 1/c.png", "/*x*?*?1/c.png"),
    ],
)
def test_what_shells_quote_differently_is_left_to_a_wildcard(path, there):
    assert scp_line(Path(path), "gpu") == f'scp "gpu:{there}" .'


@pytest.mark.skipif(not shutil.which("scp"), reason="no scp here")
@pytest.mark.parametrize("name", ["a b", "it's $HOME", '"q" `x`', "[1] (2) & ;", "back\\slash", "Müller ‘z’", "a,b"])
def test_the_real_scp_finds_the_file(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "p 1.png").write_text("here")
    far_side = tmp_path / "ssh"
    far_side.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    far_side.chmod(0o755)
    here = tmp_path / "here"
    here.mkdir()
    line = scp_line(folder / "p 1.png", "gpu").replace("scp ", f"scp -O -S {far_side} ", 1)
    subprocess.run(["sh", "-c", line], cwd=here, check=True)
    assert (here / "p 1.png").read_text() == "here"


def test_it_is_given_where_the_learner_sits_elsewhere(home, monkeypatch):
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    assert fetch_line(PICTURE, home) == ""
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    assert fetch_line(PICTURE, home).startswith("scp HOST:")
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@gpu")
    assert fetch_line(PICTURE, home).startswith("scp ada@gpu:")


def test_a_folder_is_fetched_whole():
    assert scp_line(Path("/srv/hand-ins/ada"), "box:22", folder=True) == "scp -r -P 22 box:/srv/hand-ins/ada ."


def test_a_browser_is_shown_a_folder_of_this_machine_alone(home, monkeypatch):
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    served = serve_line(Path("/home/ada/my pictures"), 8017)
    assert served == "python3 -m http.server 8017 --bind 127.0.0.1 --directory '/home/ada/my pictures'"
    assert tunnel_line(8017, home) == ""
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    assert tunnel_line(8017, home) == "ssh -L 8017:127.0.0.1:8017 HOST"
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@gpu:2222")
    assert tunnel_line(8017, home) == "ssh -p 2222 -L 8017:127.0.0.1:8017 ada@gpu"


def test_what_the_learner_said_stands_in_every_line_but_does_not_win_over_the_configuration(home, monkeypatch):
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    mine = home / "learner"
    assert remembered(mine) is None
    remember(mine, "")
    assert remembered(mine) == ""
    assert fetch_line(PICTURE, mine).startswith("scp HOST:")
    remember(mine, "ada@gpu:2222")
    assert fetch_line(PICTURE, mine).startswith("scp -P 2222 ada@gpu:")
    assert tunnel_line(8017, mine).endswith("ada@gpu")
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@site")
    assert fetch_line(PICTURE, mine).startswith("scp ada@site:")


def test_no_option_for_ssh_is_remembered_or_read_back(tmp_path):
    with pytest.raises(UserError, match="'-oProxyCommand=x' is no address"):
        remember(tmp_path, "-oProxyCommand=x")
    (tmp_path / "connect.json").write_text('{"connect": "-oProxyCommand=x"}')
    assert remembered(tmp_path) is None
    (tmp_path / "connect.json").write_text("[1]")
    assert remembered(tmp_path) is None


@pytest.mark.parametrize(
    ("connection", "guessed"),
    [
        ("192.0.2.1 5 192.0.2.2 22", "ada@192.0.2.2"),
        ("192.0.2.1 5 192.0.2.2 2222", "ada@192.0.2.2:2222"),
        ("2001:db8::1 5 2001:db8::2 22", "ada@[2001:db8::2]"),
        ("", "ada@host"),
        ("x y $(rm) 22", ""),
    ],
)
def test_the_guess_is_the_address_that_the_connection_came_in_by(monkeypatch, connection, guessed):
    monkeypatch.setenv("LOGNAME", "ada")
    assert guess({"SSH_CONNECTION": connection}) == guessed
