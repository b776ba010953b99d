import errno
import os
from pathlib import Path

import msgspec
import pytest

from workshop_tui.errors import WorkshopError
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.spool import Spool, Waiting, is_run_id

PNG = b"\x89PNG pixels"


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "spool")


@pytest.fixture
def waiting(make_run):
    run = make_run()
    return Waiting(Item(run.run_id, run.settings, run.origin), run.job_id, "small-flux", "", 12.5)


def names(spool):
    return sorted(entry.name for entry in spool.folder.iterdir())


def test_what_is_not_there_is_empty(spool):
    assert spool.is_empty()
    assert spool.load_queue() == []
    assert list(spool.runs()) == []
    spool.save_queue([])
    spool.remove("a" * 32)
    assert not spool.folder.exists()


def test_a_run_comes_back_with_its_picture_until_it_is_acknowledged(spool, make_run):
    run = make_run(picture="picture.png", prompt="Zoë 🦊")
    spool.add(run, PNG)
    assert not spool.is_empty()
    assert list(spool.runs()) == [(run, PNG)]
    spool.remove(run.run_id)
    assert spool.is_empty()
    assert names(spool) == []


def test_runs_come_oldest_first(spool, make_run):
    runs = [make_run() for _ in range(5)]
    for run in reversed(runs):
        spool.add(run, None)
    assert [run for run, _ in spool.runs()] == runs


def test_storing_a_run_twice_changes_nothing(spool, make_run):
    run = make_run(picture="picture.png")
    spool.add(run, PNG)
    spool.add(msgspec.structs.replace(run, outcome="failed"), b"other")
    assert list(spool.runs()) == [(run, PNG)]


def test_a_run_appears_by_one_rename(spool, make_run, monkeypatch):
    """A reader that looks just before the rename sees nothing of the run, just after it all of it."""
    run = make_run(picture="picture.png")
    seen = []
    rename = Path.rename

    def watched(self, target):
        seen.append(list(spool.runs()))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", watched)
    spool.add(run, PNG)
    assert seen == [[]]
    assert list(spool.runs()) == [(run, PNG)]


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_full_disk_leaves_nothing_behind(spool, make_run, monkeypatch, fails_at):
    calls = []
    fsync = os.fsync

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) == fails_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    run = make_run(picture="picture.png")
    with pytest.raises(WorkshopError, match="No space left"):
        spool.add(run, PNG)
    assert names(spool) == []
    spool.add(run, PNG)
    assert list(spool.runs()) == [(run, PNG)]


def test_what_a_killed_writer_left_behind_is_replaced(spool, make_run):
    run = make_run(picture="picture.png")
    half = spool.folder / f".{run.run_id}.tmp"
    half.mkdir(parents=True)
    (half / "picture.png").write_bytes(b"half a pic")
    assert list(spool.runs()) == []
    spool.add(run, PNG)
    assert list(spool.runs()) == [(run, PNG)]
    assert names(spool) == [run.run_id]


@pytest.mark.parametrize("content", [b"{", b"", b'{"run_id": 3}', b"\xff\xfe", None])
def test_an_unreadable_run_is_moved_aside_and_hides_no_other(spool, make_run, content):
    bad, good = make_run(), make_run()
    spool.add(bad, None)
    spool.add(good, None)
    record = spool.folder / bad.run_id / "run.json"
    record.unlink()
    if content is not None:
        record.write_bytes(content)
    assert [run for run, _ in spool.runs()] == [good]
    assert names(spool) == sorted([good.run_id, f"unreadable-{bad.run_id}"])


def test_a_run_that_cannot_be_read_now_stays_where_it_is(spool, make_run, monkeypatch):
    run = make_run()
    spool.add(run, None)

    def fail(_path):
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.read_bytes", fail)
        assert list(spool.runs()) == []
    assert [each for each, _ in spool.runs()] == [run]


def test_the_queue_comes_back(spool, waiting):
    queue = [waiting, msgspec.structs.replace(waiting, attempts=2)]
    spool.save_queue(queue)
    assert spool.load_queue() == queue
    assert not spool.is_empty()
    spool.save_queue([])
    assert spool.is_empty()


@pytest.mark.parametrize("content", [b"[", b"", b"{}", b'[{"item": 1}]', b"\xff"])
def test_an_unreadable_queue_is_moved_aside(spool, waiting, content):
    spool.save_queue([waiting])
    (spool.folder / "queue.json").write_bytes(content)
    assert spool.load_queue() == []
    assert names(spool) == ["queue.unreadable"]
    assert (spool.folder / "queue.unreadable").read_bytes() == content
    assert spool.is_empty()


def test_a_queue_that_may_not_be_read_is_told(spool):
    (spool.folder / "queue.json").mkdir(parents=True)
    with pytest.raises(WorkshopError, match=r"Cannot read .*queue\.json"):
        spool.load_queue()


@pytest.mark.parametrize("name", ["..", "../../etc", "a" * 31, "A" * 32, "a" * 33, "", "a" * 32 + "\n"])
def test_what_is_no_run_id_removes_nothing(spool, make_run, name):
    run = make_run()
    spool.add(run, None)
    spool.remove(name)
    assert not is_run_id(name)
    assert names(spool) == [run.run_id]
