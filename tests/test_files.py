import errno
import os
import stat
import threading

import pytest

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import private_folder, write_atomic


def files_in(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_written_with_its_folders_and_mode(tmp_path):
    path = tmp_path / "a" / "b" / "c.toml"
    write_atomic(path, "é\n", mode=0o640)
    assert path.read_bytes() == b"\xc3\xa9\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert files_in(path.parent) == ["c.toml"]


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_a_failure_midway_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, call):
    path = tmp_path / "file"
    write_atomic(path, "old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(WorkshopError, match=r"Cannot write .*file: No space left") as caught:
        write_atomic(path, "new")
    assert "free some space" in caught.value.hint
    assert path.read_text() == "old"
    assert files_in(tmp_path) == ["file"]


def test_ctrl_c_midway_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomic(path, "old")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert files_in(tmp_path) == ["file"]


def test_a_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "file"
    contents = [str(digit) * 300_000 for digit in range(10)]
    write_atomic(path, contents[0])
    done = threading.Event()

    def write():
        for content in contents * 3:
            write_atomic(path, content)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    while not done.is_set():
        assert path.read_text() in contents
        seen += 1
    writer.join()
    assert seen > 1


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(WorkshopError, match="Permission denied") as caught:
        write_atomic(tmp_path / "file", "x")
    tmp_path.chmod(0o700)
    assert "cannot be written by you" in caught.value.hint


def test_a_read_only_file_system_is_named(tmp_path, monkeypatch):
    def read_only(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("tempfile.mkstemp", read_only)
    with pytest.raises(WorkshopError, match="Read-only file system") as caught:
        write_atomic(tmp_path / "file", "x")
    assert "cannot be written by you" in caught.value.hint


def test_a_file_in_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(WorkshopError) as caught:
        write_atomic(tmp_path / "taken" / "file", "x")
    assert "a file where a folder should be" in caught.value.hint


def test_a_folder_in_place_of_the_file_is_named(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(WorkshopError) as caught:
        write_atomic(tmp_path / "file", "x")
    assert "a file where a folder should be" in caught.value.hint
    assert files_in(tmp_path) == ["file"]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_points_to_is_written(tmp_path, there):
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "file"
    if there:
        target.write_text("old")
    (tmp_path / "link").symlink_to(target)
    write_atomic(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert target.read_text() == "new"
    assert files_in(tmp_path / "real") == ["file"]


def test_what_is_no_file_is_refused_and_stays(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(UserError, match=f"{name} is no file"):
            write_atomic(tmp_path / name, "x")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert files_in(tmp_path) == ["link", "pipe"]


def test_a_link_in_a_circle_is_named(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "link")
    with pytest.raises(WorkshopError, match=r"Cannot write .*link"):
        write_atomic(tmp_path / "link", "x")


def test_a_private_folder_is_made_closed_and_taken_again(tmp_path):
    folder = private_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert private_folder(folder) == folder


def test_a_private_folder_that_others_may_enter_is_refused(tmp_path):
    folder = tmp_path / "open to all"
    folder.mkdir()
    folder.chmod(0o750)
    with pytest.raises(UserError, match="open to other users") as caught:
        private_folder(folder)
    assert caught.value.hint == f"Close it: chmod 700 '{folder}'"


def test_a_private_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "a link").symlink_to(tmp_path / "real")
    with pytest.raises(UserError, match="is not a folder") as caught:
        private_folder(tmp_path / "a link")
    assert caught.value.hint == f"Remove it: rm '{tmp_path / 'a link'}'"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_private_folder_of_somebody_else_is_refused(tmp_path):
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, -1)
    with pytest.raises(UserError, match="belongs to user id 12345"):
        private_folder(folder)
