"""The `gpu` command as a person starts it: a process of its own, with and without a driver."""

import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workshop_tui.cli.gpu_log import COLUMNS
from workshop_tui.generation.worker_pid import worker_pid

_SOURCE = Path(__file__).parents[1] / "monitor" / "fake_nvml.c"


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """Folders by name: `gpu` holds a stand-in for the driver's library, `none` hides the machine's own."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("the stand-in for the driver's library needs Linux and a C compiler")
    folders = {name: tmp_path_factory.mktemp(name) for name in ("gpu", "none")}
    target = folders["gpu"] / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", target, _SOURCE], check=True)
    (folders["none"] / "libnvidia-ml.so.1").touch()
    return folders


@pytest.fixture
def start(libraries, tmp_path):
    """Start the command; keyword arguments become `FAKE_...` settings of the library, `largest` the bytes of a file."""
    processes = []

    def begin(*arguments, library="none", extra=None, largest=None, **settings):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("FAKE_")}
        environment |= {
            "LD_LIBRARY_PATH": str(libraries[library]),
            "WORKSHOP_TUI_HOME": str(tmp_path),
            "WORKSHOP_TUI_LEARNER": "ada",
        }
        environment |= {f"FAKE_{key}": str(value) for key, value in settings.items()} | (extra or {})
        process = subprocess.Popen(
            [sys.executable, "-m", "workshop_tui", "gpu", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=largest and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))),
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def run(process):
    """Return the exit code, stdout and stderr of a command that ends by itself."""
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_without_a_driver_it_says_so_and_shows_the_host(start):
    code, out, err = run(start())
    assert (code, err) == (0, "")
    host, worker, meaning = out.splitlines()
    assert host.startswith("host  CPU ")
    assert " RAM " in host
    assert "GiB free" in host
    assert worker == "worker not running"
    assert meaning == "No GPU reading: no NVIDIA driver on this machine."


def test_with_a_gpu(start):
    code, out, err = run(start(library="gpu", REASONS=0x4))
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [
        "GPU 0  NVIDIA Test 9000  (of your worker)",
        "  use 37 %  VRAM 7.8/24.0 GiB  62 °C  power 312/450 W  slowed by power limit",
        "  SM clock 1755/1980 MHz  memory clock 9501/10501 MHz  state P2  memory 70 °C",
    ]
    assert out.splitlines()[-1] == "The GPU works at its power limit, as it does under full load."


def test_every_line_fits_80_columns(start):
    settings = {"REASONS": 0x7FE, "NAME": "NVIDIA " + "Very Long Name " * 6, "COUNT": 3}
    for arguments in ([], ["--watch", "--interval", "0.2"]):
        process = start(*arguments, library="gpu", **settings)
        seen = ""
        if arguments:
            while "voltage reliability limit" not in " ".join(seen.split()) and (line := process.stdout.readline()):
                seen += line
            process.send_signal(signal.SIGINT)
        code, out, _ = run(process)
        out = seen + out
        assert code == 0
        assert "voltage reliability limit" in " ".join(out.split())
        assert max(len(line) for line in out.splitlines()) <= 80


def test_json_is_one_object_with_null_for_what_is_missing(start):
    code, out, err = run(start("--json", library="gpu", nvmlDeviceGetTemperature=3))
    assert (code, err) == (0, "")
    found = json.loads(out)
    (gpu,) = found["gpus"]
    assert gpu["temperature_c"] is None
    assert gpu["power_w"] == 312.4
    assert gpu["age_seconds"] < 1
    assert "taken" not in gpu
    assert found["host"]["ram_total_mib"] > 0
    assert found["worker"] is None
    assert found["gpu_message"] == ""
    assert found["sentence"].startswith("The GPU is ")


def test_watch_prints_on_and_ends_cleanly_with_ctrl_c(start):
    process = start("--watch", "--interval", "0.2", "--json")
    lines = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGINT)
    code, _, err = run(process)
    assert (code, err) == (0, "")
    found = [json.loads(line) for line in lines]
    assert all(one["gpu_message"] == "no NVIDIA driver on this machine" for one in found)
    assert len({one["time"] for one in found}) == 4


def test_watch_as_text_has_no_cursor_codes(start):
    process = start("--watch", "--interval", "0.2", library="gpu")
    lines = [process.stdout.readline() for _ in range(5)]
    process.send_signal(signal.SIGINT)
    code, rest, err = run(process)
    assert (code, err) == (0, "")
    text = "".join(lines) + rest
    assert "\x1b" not in text
    assert "\r" not in text
    gpu_lines = [line for line in lines if "GPU 0" in line]
    assert gpu_lines
    assert gpu_lines[-1][10:].rstrip() == "GPU 0  use 37 %  VRAM 7.8/24.0 GiB  62 °C  power 312/450 W"


def test_watch_beside_a_hanging_driver_keeps_its_clock_and_ends(start):
    process = start("--watch", "--interval", "0.2", "--json", library="gpu", HANG="nvmlDeviceGetUtilizationRates")
    lines = [json.loads(process.stdout.readline()) for _ in range(20)]
    assert all(line["gpu_waiting"] for line in lines)
    assert lines[-1]["stale_seconds"] >= 3
    assert re.fullmatch("the NVIDIA driver has not answered for [3-9] s", lines[-1]["gpu_message"])
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    code, _, err = run(process)
    assert (code, err) == (0, "")
    assert time.monotonic() - began < 10


def test_a_reader_that_leaves_early_causes_no_traceback(start):
    process = start("--watch", "--interval", "0.2")
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--watch", "--interval", "0.1"], "0.1 is not in the range 0.2<=x<=60"),
        (["--watch", "--interval", "61"], "61.0 is not in the range"),
        (["--interval", "nan", "--watch"], "nan is not a number of seconds"),
        (["--interval", "soon", "--watch"], "'soon' is not a valid float"),
        (["--interval", "2"], "give --watch too"),
        (["--what"], "No such option"),
    ],
)
def test_bad_input_is_one_clear_line(start, arguments, words):
    code, out, err = run(start(*arguments))
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_terminal_without_the_letters_gets_question_marks(start):
    code, out, err = run(start(library="gpu", extra={"PYTHONIOENCODING": "ascii"}, NAME="NVIDIA Tést"))
    assert (code, err) == (0, "")
    assert "NVIDIA T?st" in out


def test_the_learners_worker_is_shown_only_while_it_is_one(start, tmp_path):
    root = tmp_path / "data" / "learners" / "ada"
    root.mkdir(parents=True)
    file = root / "worker.json"
    code = "import time; print('ready', flush=True); time.sleep(300)"
    command = [sys.executable, "-c", code]
    with (
        subprocess.Popen([*command, "workshop_tui.worker", "--state", str(root)], stdout=subprocess.PIPE) as worker,
        subprocess.Popen(
            [*command, "workshop_tui.worker", "--state", str(tmp_path)], stdout=subprocess.PIPE
        ) as stranger,
    ):
        worker.stdout.readline()
        stranger.stdout.readline()
        file.write_text(json.dumps({"pid": worker.pid, "more": "is fine"}))
        _, out, _ = run(start("--json"))
        assert json.loads(out)["worker"]["pid"] == worker.pid
        assert json.loads(out)["worker"]["rss_mib"] > 1
        file.write_text(json.dumps({"pid": stranger.pid}))
        assert json.loads(run(start("--json"))[1])["worker"] is None
        worker.kill()
        stranger.kill()
    for content in (json.dumps({"pid": worker.pid}), '{"pid": "x"}', "{", '{"pid": -1}', f'{{"pid": {2**70}}}'):
        file.write_text(content)
        assert worker_pid(root) is None
    file.unlink()
    assert worker_pid(root) is None


def test_two_gpus_of_which_one_is_the_learners(start):
    code, out, err = run(start(library="gpu", COUNT=2, PIDS="1", extra={"CUDA_VISIBLE_DEVICES": "1"}))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "GPU 0  NVIDIA Test 9000"
    assert "GPU 1  NVIDIA Test 9000  (of your worker)" in lines
    assert any(line.startswith("  memory held by") for line in lines)
    found = json.loads(run(start("--json", library="gpu", COUNT=2, extra={"CUDA_VISIBLE_DEVICES": "1"}))[1])
    assert [gpu["own"] for gpu in found["gpus"]] == [False, True]


def test_readings_are_logged_as_csv_and_a_log_goes_on(start, tmp_path):
    log = tmp_path / "gpu.csv"
    for count in (2, 4):
        process = start("--watch", "--interval", "0.2", "--csv", log, library="gpu", NAME="=Evil, GPU", REASONS=0x24)
        while not log.exists() or log.read_text().count("\n") < count + 1:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert run(process)[0] == 0
    rows = list(csv.DictReader(log.open()))
    assert len(rows) >= 4
    last = rows[-1]
    assert (last["gpu_name"], last["gpu_power_w"]) == ("'=Evil, GPU", "312.4")
    assert last["gpu_throttle_reasons"] == "power limit; heat (driver)"
    assert (last["gpu_mig"], last["worker_pid"]) == ("", "")
    assert int(last["ram_total_mib"]) > 0
    assert len({row["time"] for row in rows}) == len(rows)


@pytest.mark.parametrize("room", [-10, 10])
def test_a_log_that_cannot_grow_is_named_and_goes_on_in_a_line_of_its_own(start, tmp_path, room):
    log = tmp_path / "gpu.csv"
    header = ",".join(COLUMNS) + "\n"
    code, _, err = run(start("--watch", "--interval", "0.2", "--csv", log, largest=len(header) + room))
    assert code == 1
    assert err.startswith(f"workshop-tui: Cannot write {log}: File too large.")
    log.write_text(header + "half a row")
    process = start("--watch", "--interval", "0.2", "--csv", log)
    while log.read_text().count("\n") < 3:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert run(process)[0] == 0
    first, second, *_ = csv.DictReader(log.open())
    assert (first["time"], second["time"][:2]) == ("half a row", "20")


def test_without_a_gpu_the_log_has_the_host(start, tmp_path):
    log = tmp_path / "host.csv"
    process = start("--watch", "--interval", "0.2", "--csv", log)
    while not log.exists() or log.read_text().count("\n") < 3:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert run(process)[0] == 0
    [first, *_] = csv.DictReader(log.open())
    assert first["gpu_index"] == ""
    assert first["ram_used_mib"]


def test_a_file_that_is_no_log_is_left_alone(start, tmp_path):
    other = tmp_path / "notes.csv"
    other.write_text("a,b\n1,2\n")
    code, _, err = run(start("--watch", "--csv", other))
    assert code == 2
    assert "no log of this command" in err
    assert other.read_text() == "a,b\n1,2\n"
    code, _, err = run(start("--csv", other))
    assert (code, "give --watch too" in err) == (2, True)
    code, _, err = run(start("--watch", "--csv", tmp_path / "no" / "such.csv"))
    assert (code, "cannot be written" in err) == (2, True)
