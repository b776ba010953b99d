"""`workshop-tui serve` as a process, without a browser: what it refuses, what it prints, and how its classes end."""

import asyncio
import contextlib
import importlib.util
import os
import re
import signal
import socket
import subprocess

import aiohttp
import psutil
import pytest
from programs import PROGRAM, environment, run

from workshop_tui.cli.serve import serve
from workshop_tui.errors import UserError


@pytest.fixture
def serving(tmp_path):
    """Start it; it is ended afterwards with all that it has started."""
    started = []

    def start(*arguments, **variables):
        kept = {name: value for name, value in environment(tmp_path).items() if not name.startswith("SSH_")}
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", "0", *arguments],
            env=kept | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # with its classes, as a terminal's foreground job
        )
        started.append(process)
        said = ""
        for line in process.stdout:
            said += line
            if "ctrl+c ends it" in line:
                return process, said, re.search(r"http://\S+", said)[0]
        raise AssertionError(said)

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@contextlib.asynccontextmanager
async def tab(address):
    """Open the address as a browser does, and wait until the class paints."""
    base, token = address.split("/?token=")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{base}/", params={"token": token}) as page:
            assert page.status == 200
        async with browser.ws_connect(f"{base}/ws?width=100&height=30", headers={"Origin": base}) as websocket:
            await painted(websocket, b"Begin, or go on")
            yield websocket


async def painted(websocket, text):
    """Wait until the class has sent a text."""
    sent = b""
    async with asyncio.timeout(60):
        while text not in sent:
            sent += await websocket.receive_bytes()


def classes(process):
    """Return the classes that a server has open."""
    return [child for child in psutil.Process(process.pid).children(recursive=True) if "class" in child.cmdline()]


def have_gone(processes):
    """Wait until some processes have ended; tell whether there were some, and all have."""
    gone, alive = psutil.wait_procs(processes, timeout=60)
    return bool(gone) and not alive


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "gpu.example.org", ""])
def test_it_listens_to_no_network(tmp_path, host):
    done = run(tmp_path, "serve", "--host", host)
    assert done.returncode == 2
    assert "to a whole network" in done.stderr
    assert "ssh -L" in done.stderr


def test_a_port_that_is_taken_is_refused(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run(tmp_path, "serve", "--port", str(port))
    assert done.returncode == 2
    assert f"--port: {port} is taken" in done.stderr
    assert "token" not in done.stdout


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--schedule", "sometimes"), "sometimes"),
        (("--nonsense",), "--nonsense"),
        (("--pictures", "kitty"), "no kitty graphics in the browser"),
        (("no-such-lesson",), "no-such-lesson"),
        (("--began", "25:00"), "--began: '25:00'"),
        (("--model", "/etc"), "/etc holds no model_index.json"),
        (("--port", "70000"), "70000"),
    ],
)
def test_what_the_class_would_refuse_is_refused_before_a_tab_is_open(tmp_path, options, why):
    done = run(tmp_path, "serve", *options)
    assert done.returncode == 2
    assert why in done.stderr
    assert "token" not in done.stdout


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_the_address_is_not_written_where_others_read(tmp_path, mode):
    path = tmp_path / "out"
    path.touch(mode)
    path.chmod(mode)
    with path.open("w") as output:
        done = subprocess.run(
            [*PROGRAM, "serve", "--port", "0"], env=environment(tmp_path), stdout=output, stderr=subprocess.PIPE
        )
    assert done.returncode == 2
    assert b"umask 077" in done.stderr
    assert path.read_text() == ""


def test_without_its_library_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install textual-serve \(the extra workshop-tui\[serve\] has it\)"):
        serve.main([], standalone_mode=False)


def test_it_says_what_to_open_and_how_a_tunnel_is_made(serving):
    _, said, address = serving()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", address)
    assert "ssh" not in said
    _, said, address = serving(WORKSHOP_TUI_CONNECT="ada@gpu:2222")
    port = address.split(":")[2].split("/")[0]
    assert f"ssh -p 2222 -L {port}:127.0.0.1:{port} ada@gpu" in said


async def test_no_process_shows_the_token(serving):
    server, _, address = serving("--learner", "grace")
    token = address.split("token=")[1]
    async with tab(address):
        (opened,) = classes(server)
        assert opened.cmdline()[-2:] == ["--learner", "grace"]
        for process in (psutil.Process(server.pid), opened):
            assert token not in " ".join(process.cmdline())
            assert token not in " ".join(process.environ().values())


async def test_a_tab_that_is_closed_ends_its_class(serving):
    server, _, address = serving()
    async with tab(address):
        opened = classes(server)
    assert await asyncio.to_thread(have_gone, opened)
    assert server.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
async def test_ctrl_c_and_a_dropped_connection_end_server_and_class_with_what_was_typed(serving, tmp_path, number):
    server, _, address = serving()
    async with tab(address) as websocket:
        for keys in ("\r", "o", "typed last"):
            await websocket.send_json(["stdin", keys])
        await painted(websocket, b"typed")
        opened = classes(server)
        os.killpg(server.pid, number)  # as a terminal does to its foreground job
        assert await asyncio.to_thread(have_gone, opened)
    assert await asyncio.to_thread(server.wait, 60) == 0
    assert "The browser view has ended" in server.stdout.read()
    assert "typed last" in run(tmp_path, "note", "list").stdout


async def test_a_class_does_not_outlive_a_server_that_was_killed(serving):
    server, _, address = serving()
    async with tab(address):
        opened = classes(server)
        server.kill()
        assert await asyncio.to_thread(have_gone, opened)


def test_a_class_that_is_fed_by_a_pipe_is_still_refused(tmp_path):
    done = subprocess.run(
        [*PROGRAM, "class"], env=environment(tmp_path), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
