"""`model get` as a person types it, against a real server: the command runs in a process of its own."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.hub_server import COMMIT, NAME, serve
from workshop_tui.generation.model_files import check_folder


@pytest.fixture
def hub(small_flux):
    with serve(small_flux) as served:
        yield served


@pytest.fixture
def large(hub, tmp_path):
    """The same hub with a file that comes in several pieces: the client writes 10 MB at a time."""
    folder = tmp_path / "large"
    shutil.copytree(hub.folder, folder)
    with (folder / "transformer" / "diffusion_pytorch_model.safetensors").open("ab") as weights:
        weights.write(os.urandom(40_000_000))
    hub.folder = folder
    return hub


@pytest.fixture
def cache(tmp_path):
    """The hub's cache on this machine, empty at first."""
    return tmp_path / "hf" / "hub"


@pytest.fixture
def start(home, hub, tmp_path):
    """Start the command; keywords go into its environment."""

    def begin(*arguments, **more):
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
        environment = {**kept, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf"), "NO_PROXY": "127.0.0.1", **more}
        return subprocess.Popen(
            [sys.executable, "-m", "workshop_tui", "model", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    return begin


@pytest.fixture
def run(start):
    """Run the command; returns exit code, stdout and stderr."""

    def call(*arguments, **more):
        process = start(*arguments, **more)
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in out + err
        return process.returncode, out, err

    return call


def test_it_says_what_it_takes_and_downloads_only_what_is_needed(hub, run, cache, tmp_path):
    extra = tmp_path / "served"
    extra.mkdir()
    for name, file in hub.entries():
        (extra / name).parent.mkdir(parents=True, exist_ok=True)
        (extra / name).symlink_to(file)
    (extra / "flux1-dev.safetensors").write_bytes(b"a second copy")
    (extra / "transformer" / "own.py").write_text("raise SystemExit")
    hub.folder, hub.gated = extra, True
    code, out, err = run("get", NAME, "--yes")
    assert code == 0, err
    assert "apache-2.0" in err
    assert f"https://huggingface.co/{NAME}" in err
    assert "hf auth login" in err
    assert "Download  15 MB" in err
    assert "free where it will lie" in err
    assert "100 %" in err
    snapshot = cache / "models--someone--some-flux" / "snapshots" / COMMIT
    assert f"{NAME} is here: {snapshot}" in out
    check_folder(snapshot)
    assert not list(snapshot.rglob("*.py"))
    assert not (snapshot / "flux1-dev.safetensors").exists()
    # Then it is whole: found by name, and not asked for again.
    asked = len(hub.asked)
    code, out, _ = run("get", NAME, "--json")
    assert (code, json.loads(out)["folder"]) == (0, str(snapshot))
    assert len(hub.asked) == asked
    found = {each["name"]: each for each in json.loads(run("list", "--json")[1])["models"]}
    assert (found[NAME]["whole"], found[NAME]["family"], found[NAME]["kind"]) == (True, "FLUX (2+4 blocks)", "hub")


def test_what_a_file_lacks_is_fetched_without_the_transformer(hub, run, cache, tmp_path):
    file = tmp_path / "fine.safetensors"
    shutil.copy(hub.folder / "transformer" / "diffusion_pytorch_model.safetensors", file)
    assert "no FLUX.1 folder with the other parts" in run("check", file)[2]
    code, out, err = run("get", NAME, "--yes", "--without-transformer")
    assert code == 0, err
    assert "Download  5 MB" in err
    assert f"{NAME} is here, without its transformer" in out
    snapshot = cache / "models--someone--some-flux" / "snapshots" / COMMIT
    assert not (snapshot / "transformer").exists()
    check_folder(snapshot, ("transformer",))
    assert "lacks the folder 'transformer'" in run("list")[1]


def test_nobody_to_say_yes_is_refused_before_the_first_byte(hub, run, cache):
    code, out, err = run("get", NAME)
    assert (code, out) == (2, "")
    assert f"workshop-tui model get {NAME} --yes" in err
    assert hub.large_requests() == []
    assert not cache.exists()


def test_a_cut_connection_is_taken_up_where_it_broke(large, run, cache):
    large.cut_after = 30_000_000
    code, _, err = run("get", NAME, "--yes")
    assert code == 0, err
    again = [what for _, what in large.large_requests() if what]
    assert len(again) == 1
    assert int(again[0].removeprefix("bytes=").rstrip("-")) >= 20_000_000
    check_folder(cache / "models--someone--some-flux" / "snapshots" / COMMIT)


def test_ctrl_c_and_the_same_command_again_goes_on(large, start, run, cache):
    large.pause = 0.01
    process = start("get", NAME, "--yes")
    parts = cache / "models--someone--some-flux" / "blobs"
    deadline = time.monotonic() + 60
    here = 0
    while here < 10_000_000:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        with contextlib.suppress(FileNotFoundError):  # one that is whole gets its own name meanwhile
            here = sum(part.stat().st_size for part in parts.glob("*.incomplete"))
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert process.returncode == 130
    assert f"the same command goes on:\n  workshop-tui model get {NAME}" in err
    kept = {part.name.split(".")[0]: part.stat().st_size for part in parts.glob("*.incomplete")}
    assert kept
    # What is half here is said, by `list` and by a worker's own way of looking.
    listed = run("list")[1]
    assert "half downloaded" in listed
    assert f"workshop-tui model get {NAME}" in listed
    large.pause = 0.0
    large.asked.clear()
    code, _, err = run("get", NAME, "--yes")
    assert code == 0, err
    assert "are here already" in err
    begun = sorted(int(what.removeprefix("bytes=").rstrip("-")) for _, what in large.large_requests() if what)
    assert begun == sorted(kept.values())
    assert not list(parts.glob("*.incomplete"))
    check_folder(cache / "models--someone--some-flux" / "snapshots" / COMMIT)


def test_damage_is_noticed_by_its_hash(hub, run, cache):
    weights = hub.folder / "transformer" / "diffusion_pytorch_model.safetensors"
    blobs = cache / "models--someone--some-flux" / "blobs"
    blobs.mkdir(parents=True)
    part = blobs / f"{hashlib.sha256(weights.read_bytes()).hexdigest()}.workshop-tui.incomplete"
    part.write_bytes(b"somebody wrote into it")
    code, _, err = run("get", NAME, "--yes")
    assert code == 1
    assert "came damaged" in err
    assert not part.exists()
    assert run("get", NAME, "--yes")[0] == 0


def test_a_second_get_names_the_first(hub, start, run):
    hub.pause = 0.3
    first = start("get", NAME, "--yes")
    while not hub.large_requests():
        time.sleep(0.02)
    code, _, err = run("get", NAME, "--yes")
    assert code == 2
    assert f"is being downloaded already, by process {first.pid}" in err
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    hub.pause = 0.0
    assert run("get", NAME, "--yes")[0] == 0


@pytest.mark.parametrize(("status", "token", "hint"), [(401, "", "hf auth login"), (403, "hf_x", "has no access")])
def test_a_gated_model_says_how_to_get_access(hub, run, status, token, hint):
    hub.gated, hub.refuse = True, status
    code, _, err = run("get", NAME, "--yes", **({"HF_TOKEN": token} if token else {}))
    assert code == 2
    assert hint in err
    assert f"https://huggingface.co/{NAME}" in err
    assert hub.large_requests() == []


def test_another_family_is_refused_by_name_before_anything_large(hub, run, tmp_path):
    hub.folder = tmp_path / "sd"
    (hub.folder / "vae").mkdir(parents=True)
    (hub.folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    (hub.folder / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"large")
    code, _, err = run("get", NAME, "--yes")
    assert code == 2
    assert "is a StableDiffusionPipeline, not a FluxPipeline" in err
    assert hub.large_requests() == []


def test_no_such_model_no_network_and_odd_names(run):
    assert "the hub has no 'someone/else'" in run("get", "someone/else", "--yes")[2]
    code, _, err = run("get", NAME, "--yes", HF_ENDPOINT="http://127.0.0.1:9")
    assert code == 1
    assert "the hub cannot be reached" in err
    for name in ("nope", "../../etc", "a/b/c", "a b/c", "a/\x1b[31mb", "ü/x", "--", "a/.."):
        code, out, err = run("get", "--yes", "--", name)
        assert (code, out) == (2, ""), name
        assert "is no hub id" in err
        assert "\x1b" not in err
    assert run("get", "small-flux")[:2] == (0, "small-flux is built in: there is nothing to get.\n")


def test_a_full_disk_is_refused_before_the_first_byte(hub, run, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "none", small], capture_output=True).returncode:
        pytest.skip("only root can make a small disk")
    try:
        code, _, err = run("get", NAME, "--yes", HF_HOME=str(small / "hf"))
        assert code == 2
        assert "15 MB are to be fetched, and only 5 MB are free" in err
        assert hub.large_requests() == []
        assert not (small / "hf").exists()
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_disk_that_fills_up_meanwhile_is_said_and_what_is_here_stays(large, start, run, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=70m", "none", small], capture_output=True).returncode:
        pytest.skip("only root can make a small disk")
    try:
        large.pause = 0.01
        process = start("get", NAME, "--yes", HF_HOME=str(small / "hf"))
        while not large.large_requests():
            time.sleep(0.02)
        (small / "filler").write_bytes(bytes(40_000_000))
        _, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "No space left on device" in err
        assert "disk or the quota is full" in err
        (small / "filler").unlink()
        large.pause = 0.0
        assert run("get", NAME, "--yes", HF_HOME=str(small / "hf"))[0] == 0
    finally:
        subprocess.run(["umount", small], check=True)


def test_offline_mode_is_named(run):
    code, _, err = run("get", NAME, "--yes", HF_HUB_OFFLINE="1")
    assert code == 1
    assert "Unset HF_HUB_OFFLINE" in err
