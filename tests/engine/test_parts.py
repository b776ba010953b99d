"""The engine's parts by themselves: what is equal, whose turn it is, who is stuck, what a job may ask for."""

import os
import socket
import stat
import time
import uuid

import msgspec
import pytest

from workshop_tui.engine import shares as shares_module
from workshop_tui.engine.board import Classroom
from workshop_tui.engine.limits import Limits, check_job, usual_limits, why_left_out
from workshop_tui.engine.listen import group_id, hold, is_held, listen
from workshop_tui.engine.peer import Peer, peer_of
from workshop_tui.engine.shares import Shares
from workshop_tui.engine.turns import Turns
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.protocol import Item, Job, SetClock, Standing
from workshop_tui.generation.record import Origin, Rework
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Waiting

SETTINGS = Settings("a lighthouse", 4, width=128, height=128)


def waiting(settings=SETTINGS, *, rework=None, origin=Origin(), **more):  # noqa: B008 frozen
    item = Item(uuid.uuid4().hex, settings, origin, rework)
    return Waiting(item, uuid.uuid4().hex, "small-flux", "", time.time(), **more)


@pytest.fixture
def shares(tmp_path):
    return Shares(tmp_path / "shared")


def test_an_equal_request_of_another_is_answered_once_each(shares, make_run):
    run = make_run()
    shares.keep(waiting(), run, b"png", "ada")
    assert shares.find(waiting(), "ada") is None
    mine = waiting(origin=Origin("flux-deep-dive", "parameters", "steps", 2))
    found, picture = shares.find(mine, "bob")
    assert picture == b"png"
    assert found.shared
    assert (found.run_id, found.job_id, found.origin) == (mine.item.run_id, mine.job_id, mine.item.origin)
    assert found.seconds.denoise == run.seconds.denoise
    assert shares.find(waiting(), "bob") is None
    assert shares.find(waiting(), "eve")


@pytest.mark.parametrize(
    "other",
    [
        waiting(msgspec.structs.replace(SETTINGS, seed=1)),
        waiting(rework=Rework("final", "a" * 32)),
        waiting(cap=6.0),
        waiting(batch=4),
        waiting(origin=Origin(is_try=True)),
        waiting(origin=Origin(model="small-flux")),
    ],
)
def test_what_is_not_equal_or_measures_the_machine_is_made_anew(shares, make_run, other):
    shares.keep(waiting(), make_run(), b"png", "ada")
    assert shares.find(other, "bob") is None


def test_only_good_pictures_are_shared_and_the_oldest_go_first(shares, make_run, monkeypatch):
    shares.keep(waiting(), make_run(outcome="bad-picture"), b"png", "ada")
    shares.keep(waiting(), make_run(), b"", "ada")
    assert len(shares) == 0
    monkeypatch.setattr(shares_module, "MOST", 2)
    for seed in range(3):
        shares.keep(waiting(msgspec.structs.replace(SETTINGS, seed=seed)), make_run(), b"png", "ada")
    assert len(shares) == 2
    assert shares.find(waiting(), "bob") is None
    assert len(list(shares._folder.iterdir())) == 2


def test_a_picture_that_is_gone_from_the_disk_is_made_anew(shares, make_run):
    shares.keep(waiting(), make_run(), b"png", "ada")
    for path in shares._folder.iterdir():
        path.unlink()
    assert shares.find(waiting(), "bob") is None
    assert len(shares) == 0


def test_turns_are_read_again_and_go_round(tmp_path):
    turns = Turns(tmp_path)
    for name in ("ada", "bob"):
        job = Job(uuid.uuid4().hex, tuple(Item(uuid.uuid4().hex, SETTINGS) for _ in range(2)), "small-flux")
        turns.meet(Peer(1000, name)).line.add(job)
    again = Turns(tmp_path)
    assert in_line(again) == 4
    # What ada's first picture may answer is not made for bob beside it.
    assert again.begin().learner.peer.learner == again.begin().learner.peer.learner
    again.give_back()
    assert not again.in_work
    assert in_line(again) == 4


def in_line(turns):
    return sum(len(learner.line.run_ids) for learner in turns.learners.values())


def test_users_of_one_name_never_meet():
    assert Peer(1000, "ada").key != Peer(1001, "ada").key
    assert Peer(1000, "ada").key != Peer(1000, "bob").key
    hostile = Peer(1000, "../../etc").key
    assert "/" not in hostile
    me, other = socket.socketpair()
    with me, other:
        assert peer_of(me, "ada") == Peer(os.getuid(), "ada")


def test_settings_that_load_the_model_anew_are_taken_with_the_small_one_alone():
    job = Job("j", (Item("a" * 32, msgspec.structs.replace(SETTINGS, placement="model-offload")),), "small-flux")
    check_job(job, usual_limits("small-flux"), "small-flux", 0)
    large = msgspec.structs.replace(job, model="org/large")
    with pytest.raises(UserError, match="placement: model-offload would load"):
        check_job(large, usual_limits("org/large"), "org/large", 0)
    plain = msgspec.structs.replace(large, items=(Item("a" * 32, SETTINGS),))
    check_job(plain, usual_limits("org/large"), "org/large", 0)
    for change in ({"cap": 6.0}, {"device": "cpu"}):
        with pytest.raises(UserError, match="worker anew"):
            check_job(msgspec.structs.replace(plain, **change), usual_limits("org/large"), "org/large", 0)


def test_too_large_a_batch_is_told_how_many_may_be_asked_for():
    job = Job("j", (Item("a" * 32, SETTINGS),), "small-flux", batch=4)
    with pytest.raises(UserError, match="batch: 4 pictures at a time") as caught:
        check_job(job, Limits(batch=2), "small-flux", 0)
    assert caught.value.hint == "Ask for 1 to 2 at a time."


def test_tries_for_a_limit_are_for_own_workers():
    item = Item("a" * 32, SETTINGS, Origin(is_try=True))
    with pytest.raises(UserError, match="not yours to fill"):
        check_job(Job("j", (item,), "small-flux"), Limits(reloads=True), "small-flux", 0)


def test_failures_in_a_row_are_counted_and_forgotten_with_a_picture(tmp_path, make_run):
    learner = Turns(tmp_path / "learners").meet(Peer(os.getuid(), "ada"))
    room = Classroom(tmp_path)
    for outcome in ("failed", "cancelled", "out-of-memory"):
        room.ended(learner, make_run(outcome=outcome, reason="too little"))
    [member] = room.board([learner], 0, 0).members
    assert (member.made, member.failures, member.last_error) == (3, 2, "out-of-memory: too little")
    room.ended(learner, make_run())
    [member] = room.board([learner], 0, 0).members
    assert (member.failures, member.last_error) == (0, "")


def test_what_an_app_says_of_itself_is_cut_and_can_be_taken_back(tmp_path):
    learner = Turns(tmp_path / "learners").meet(Peer(os.getuid(), "ada"))
    room = Classroom(tmp_path)
    room.share(learner, Standing("l" * 10_000, 1, "s" * 10_000, 0.0, 0))
    [member] = room.board([learner], 0, 0).members
    assert member.standing is not None
    assert len(member.standing.section) == 200
    room.share(learner, None)
    assert room.board([learner], 0, 0).members[0].standing is None


def test_the_clock_outlives_the_engine(tmp_path):
    Classroom(tmp_path).set_clock(SetClock(running=True, number=3))
    paused = Classroom(tmp_path).set_clock(SetClock(running=False))
    again = Classroom(tmp_path).clock
    assert again == paused
    assert (again.number, again.running) == (3, False)
    assert again.spent(again.at + 100) == again.seconds


async def test_the_socket_is_open_to_the_group_or_to_nobody_else(tmp_path):
    async def client(_reader, writer):
        writer.close()

    alone = await listen(tmp_path / "alone", None, client)
    assert stat.S_IMODE((tmp_path / "alone").stat().st_mode) == 0o600
    shared = await listen(tmp_path / "new" / "shared", os.getgid(), client)
    assert stat.S_IMODE((tmp_path / "new" / "shared").stat().st_mode) == 0o660
    for server in (alone, shared):
        server.close()
    with pytest.raises(WorkshopError):
        await listen(tmp_path / "alone" / "below", None, client)


def test_one_engine_a_state_folder(tmp_path):
    assert not is_held(tmp_path / "state")
    held = hold(tmp_path / "state")
    assert is_held(tmp_path / "state")
    with pytest.raises(UserError, match="runs already"):
        hold(tmp_path / "state")
    os.close(held)
    assert not is_held(tmp_path / "state")
    with pytest.raises(UserError, match="no group"):
        group_id("no-such-group")


def test_a_run_id_that_is_used_twice_gives_nobody_a_wrong_picture(shares, make_run):
    """Run ids are the learners' choice: one that is used again must not stand for another picture."""
    run = make_run()
    other = msgspec.structs.replace(SETTINGS, seed=9)
    shares.keep(waiting(), run, b"first", "ada")
    shares.keep(waiting(other), run, b"second", "ada")
    assert shares.find(waiting(), "bob")[1] == b"first"
    assert shares.find(waiting(other), "bob")[1] == b"second"


def test_what_another_model_made_answers_nothing(shares, make_run):
    shares.keep(waiting(), make_run(), b"png", "ada")
    assert shares.find(msgspec.structs.replace(waiting(), model="org/large"), "bob") is None


def test_one_user_has_so_many_names_in_use_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr("workshop_tui.engine.turns.MOST_NAMES", 2)
    turns = Turns(tmp_path)
    job = Job(uuid.uuid4().hex, (Item(uuid.uuid4().hex, SETTINGS),), "small-flux")
    turns.meet(Peer(1000, "ada")).line.add(job)
    for name in ("bob", "ada", "eve"):
        turns.meet(Peer(1000, name))
    # bob had nothing here, and has made room for eve.
    assert [each.peer.learner for each in turns.learners.values()] == ["ada", "eve"]
    turns.learners[Peer(1000, "eve").key].clients.add(None)
    with pytest.raises(UserError, match="has 2 learners here already"):
        turns.meet(Peer(1000, "bob"))
    turns.meet(Peer(1001, "eve"))


def test_an_engine_that_starts_forgets_who_has_nothing_there_and_nobody_else(tmp_path, make_run):
    turns = Turns(tmp_path)
    job = Job(uuid.uuid4().hex, tuple(Item(uuid.uuid4().hex, SETTINGS) for _ in range(2)), "small-flux")
    for name in ("ada", "bob", "eve", "kim"):
        turns.meet(Peer(1000, name))
    waits, unfetched, _, damaged = turns.learners.values()
    waits.line.add(job)
    unfetched.line.add(job)
    unfetched.line.end([(make_run(run_id=item.run_id), b"png") for item in job.items])
    spool = tmp_path / damaged.key / "spool"
    spool.mkdir()
    (spool / "queue.unreadable").touch()
    again = Turns(tmp_path)
    assert {each.peer.learner for each in again.learners.values()} == {"ada", "bob"}
    assert {path.name for path in tmp_path.iterdir()} == {waits.key, unfetched.key, damaged.key}
    assert (spool / "queue.unreadable").exists()
    assert again.begin().learner.peer.learner == "ada"


def test_what_an_earlier_engine_left_and_cannot_be_read_is_logged(tmp_path, caplog):
    learner = Turns(tmp_path).meet(Peer(1000, "ada"))
    (tmp_path / learner.key / "who.json").write_text("{")
    assert not Turns(tmp_path).learners
    assert f"{tmp_path / learner.key} cannot be read" in caplog.text


async def test_the_socket_of_an_engine_that_runs_is_not_replaced_and_a_dead_ones_is(tmp_path):
    async def client(_reader, writer):
        writer.close()

    server = await listen(tmp_path / "s", None, client)
    inode = (tmp_path / "s").stat().st_ino
    with pytest.raises(UserError, match="another shared engine listens"):
        await listen(tmp_path / "s", None, client)
    assert (tmp_path / "s").stat().st_ino == inode
    server.close()
    await server.wait_closed()
    with socket.socket(socket.AF_UNIX) as dead:
        (tmp_path / "s").unlink(missing_ok=True)
        dead.bind(str(tmp_path / "s"))
    again = await listen(tmp_path / "s", None, client)
    again.close()


async def test_a_folder_in_which_others_could_pose_as_the_engine_is_refused(tmp_path):
    async def client(_reader, writer):
        writer.close()

    tmp_path.chmod(0o777)
    with pytest.raises(UserError, match="others may write in"):
        await listen(tmp_path / "s", None, client)
    assert not list(tmp_path.iterdir())
    tmp_path.chmod(0o1777)
    server = await listen(tmp_path / "s", None, client)
    server.close()
    tmp_path.chmod(0o700)


def test_what_an_earlier_engine_took_is_left_out_by_one_that_would_not_take_it():
    free, narrow = Limits(reloads=True), Limits(reloads=True, own_process=False)
    capped = waiting(cap=6.0)
    assert why_left_out(capped, free, "small-flux") == ""
    assert "cap: it would start" in why_left_out(capped, narrow, "small-flux")
    assert "device: it would" in why_left_out(msgspec.structs.replace(waiting(), device="cpu"), narrow, "small-flux")
    offloaded = waiting(msgspec.structs.replace(SETTINGS, placement="model-offload"))
    assert why_left_out(offloaded, narrow, "small-flux") == ""
    assert "placement: model-offload" in why_left_out(offloaded, Limits(), "small-flux")
    assert "small-flux, not" not in why_left_out(waiting(), narrow, "small-flux")
    assert "org/other now" in why_left_out(waiting(), narrow, "org/other")
