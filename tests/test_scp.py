from pathlib import Path

import pytest

from workshop_tui.scp import fetch_line, scp_line, serve_line, tunnel_line

PICTURE = Path("/home/ada/pictures/0123.png")


@pytest.mark.parametrize(
    ("connect", "line"),
    [
        ("gpu", "scp gpu:/home/ada/pictures/0123.png ."),
        ("ada@gpu.example", "scp ada@gpu.example:/home/ada/pictures/0123.png ."),
        ("ada@gpu:2222", "scp -P 2222 ada@gpu:/home/ada/pictures/0123.png ."),
        ("ada@[::1]", "scp 'ada@[::1]:/home/ada/pictures/0123.png' ."),
        ("ada@[::1]:22", "scp -P 22 'ada@[::1]:/home/ada/pictures/0123.png' ."),
    ],
)
def test_the_line_can_be_pasted(connect, line):
    assert scp_line(PICTURE, connect) == line


def test_a_path_with_spaces_is_quoted():
    assert scp_line(Path("/a b/c.png"), "gpu") == "scp 'gpu:/a b/c.png' ."


def test_it_is_given_where_the_learner_sits_elsewhere(home, monkeypatch):
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    assert fetch_line(PICTURE) == ""
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    assert fetch_line(PICTURE).startswith("scp HOST:")
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@gpu")
    assert fetch_line(PICTURE).startswith("scp ada@gpu:")


def test_a_folder_is_fetched_whole():
    assert scp_line(Path("/srv/hand-ins/ada"), "box:22", folder=True) == "scp -r -P 22 box:/srv/hand-ins/ada ."


def test_a_browser_is_shown_a_folder_of_this_machine_alone(home, monkeypatch):
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    served = serve_line(Path("/home/ada/my pictures"), 8017)
    assert served == "python3 -m http.server 8017 --bind 127.0.0.1 --directory '/home/ada/my pictures'"
    assert tunnel_line(8017) == ""
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    assert tunnel_line(8017) == "ssh -L 8017:127.0.0.1:8017 HOST"
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@gpu:2222")
    assert tunnel_line(8017) == "ssh -p 2222 -L 8017:127.0.0.1:8017 ada@gpu"
