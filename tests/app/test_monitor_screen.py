"""Mode 3 as a learner sees it."""

import os
import signal

import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.app.look import Look
from workshop_tui.app.readings import Moment, Sampled
from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.monitor.snapshot import GpuReading, HostReading, Snapshot
from workshop_tui.paths import find_paths


async def test_f_frees_the_worker_and_says_so(open_app):
    async with open_app() as pilot:

        def told(text):
            return lambda: any(text in notice.message for notice in pilot.app._notifications)

        await pilot.press("3")
        await expect_text(pilot, "f Free memory")
        await pilot.press("f")
        await wait_for(pilot, told("No worker runs: there is nothing to free."))
        await pilot.app.desk.pictures.attach()
        pid = worker_pid(find_paths().learner("ada").root)
        assert pid
        await pilot.press("f")
        await wait_for(pilot, told("No model was loaded: there was nothing to free."))
        assert worker_pid(find_paths().learner("ada").root) == pid
        os.kill(pid, signal.SIGKILL)


def snapshot(taken, **fields):
    host = HostReading(cpu_percent=50.0, ram_used_mib=1024, ram_total_mib=4096)
    return Snapshot(taken=taken, host=host, **fields)


def gpu(taken, **fields):
    figures = {"memory_used_mib": 8000, "memory_total_mib": 24000, "power_w": 300.0, "power_limit_w": 400.0}
    return GpuReading(index=0, taken=taken, name="[b]Test\x1b[2J", utilization_percent=90, **(figures | fields))


async def show(pilot, *snapshots):
    """Have the app take readings in the place of the machine's own."""
    app = pilot.app
    await wait_for(pilot, lambda: app.readings is not None)
    app.readings.stop()
    app.readings.history.clear()
    for each in snapshots:
        app.on_sampled(Sampled(each))
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_without_a_gpu_the_machine_is_drawn(open_app, size):
    async with open_app(size=size) as pilot:
        await pilot.press("3")
        await show(pilot, *(snapshot(float(second), gpu_message="no NVIDIA driver") for second in range(30)))
        await expect_text(pilot, "No GPU reading: no NVIDIA driver.")
        await expect_text(pilot, "Machine  CPU 50 %")
        await expect_text(pilot, "CPU 50 %")
        await expect_text(pilot, "RAM 25 %")
        await expect_text(pilot, "2 min ago")
        await expect_text(pilot, "No picture is measured yet")


async def test_a_gpu_is_drawn_with_use_memory_and_power_and_its_name_is_text(open_app, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    async with open_app() as pilot:
        await pilot.press("3")
        seconds = map(float, range(40))
        await show(pilot, *(snapshot(second, gpus=(gpu(second, throttle_reasons=()),)) for second in seconds))
        await expect_text(pilot, "GPU 0  [b]Test\\x1b[2J  (of your worker)")
        for text in ("The GPU is fully busy.", "use 90 %", "VRAM 33 %", "power 75 %"):
            await expect_text(pilot, text)
        await pilot.press("d")
        await expect_text(pilot, "memory clock n/a")
        await expect_text(pilot, "who holds memory: not asked")
        await pilot.press("d")
        await expect_text(pilot, "2 min ago")


async def test_frozen_the_picture_stays_while_readings_go_on(open_app):
    async with open_app() as pilot:
        await pilot.press("3")
        await show(pilot, snapshot(1.0, gpu_message="first"))
        await expect_text(pilot, "No GPU reading: first.")
        await pilot.press("space")
        await expect_text(pilot, "FROZEN, space goes on")
        pilot.app.on_sampled(Sampled(snapshot(2.0, gpu_message="second")))
        await pilot.pause(0.2)
        assert "second" not in screen_text(pilot.app)
        await pilot.press("space")
        await expect_text(pilot, "No GPU reading: second.")
        assert "FROZEN" not in screen_text(pilot.app)


async def test_the_phases_are_as_wide_as_the_curves_from_the_first_drawing_on(open_app):
    async with open_app() as pilot:
        await show(pilot)
        pilot.app.readings.history.extend(Moment(snapshot(float(second)), None, "denoise") for second in range(30))
        await pilot.press("3")
        await expect_text(pilot, "|denoise---")


async def test_phases_stand_below_the_curves():
    from workshop_tui.app.widgets.history import band

    told = band([(-100.0, ""), (-60.0, "load"), (-30.0, "denoise"), (-1.0, "")], 80)
    assert len(told) == 80 - 1
    assert told.index("|load--") == pytest.approx(4 + 75 / 2, abs=2)
    assert "|denoise---" in told
    assert told.endswith(" ")
    assert band([], 80).strip() == ""
    assert band([(0.0, "encode")], 80)[-1] == "e"


def curves(pilot):
    """Return the rows that the curves are drawn in."""
    return [row for row in screen_text(pilot.app).splitlines() if row.endswith(("│", "|"))]


async def test_between_two_steps_to_the_left_only_the_end_of_the_curves_changes(open_app):
    async with open_app() as pilot:
        await pilot.press("3")
        busy = [snapshot(float(second), gpus=(gpu(second, power_w=second % 7 * 50.0),)) for second in range(196)]
        await show(pilot, *busy[:187])
        before = curves(pilot)
        await show(pilot, *busy[:190])
        assert curves(pilot) == before, "drawn again before six seconds were over"
        await show(pilot, *busy[:193])
        now = curves(pilot)
        # 73 columns are two minutes, and 9 of the last 15 seconds were still to come.
        assert [row[4:70] for row in now[3:]] == [row[4:70] for row in before[3:]]
        assert now != before
        await show(pilot, *busy[:187], *(snapshot(float(second), gpus=(gpu(second),)) for second in range(187, 200)))
        assert [row[4:70] for row in curves(pilot)[3:]] != [row[4:70] for row in before[3:]]


async def test_a_reading_is_shown_each_two_seconds_and_kept_each_second(open_app):
    async with open_app() as pilot:
        await pilot.press("3")
        await show(pilot, snapshot(100.0, gpu_message="first"))
        await expect_text(pilot, "No GPU reading: first.")
        pilot.app.on_sampled(Sampled(snapshot(101.0, gpu_message="second")))
        await pilot.pause()
        assert "No GPU reading: first." in screen_text(pilot.app)
        pilot.app.on_sampled(Sampled(snapshot(101.9, gpu_message="third")))
        await expect_text(pilot, "No GPU reading: third.")
        assert len(pilot.app.readings.history) == 3


async def test_curves_are_marked_with_ascii_signs_where_those_are_asked_for(open_app):
    async with open_app(look=Look(ascii=True)) as pilot:
        await pilot.press("3")
        await show(pilot, *(snapshot(float(second)) for second in range(121)))
        await expect_text(pilot, "** CPU 50 %")
        await expect_text(pilot, "oo RAM 25 %")
        assert "*" * 60 in screen_text(pilot.app)
        assert "o" * 60 in screen_text(pilot.app)


@pytest.mark.kept_worker
async def test_a_picture_shows_what_it_took_and_m_its_metrics(open_app):
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "r Run")
        await pilot.press("r")
        await wait_for(pilot, lambda: len(pilot.app.book.runs) == 3, 120)
        await pilot.press("3")
        await expect_text(pilot, "Last picture (512x512, 50 steps")
        await expect_text(pilot, "energy n/a (no NVIDIA GPU)")
        usage = pilot.app.book.runs[-1].usage
        assert [mark.phase for mark in usage.phases][-2:] == ["denoise", "decode"]
        assert usage.host.ram_peak_mib > 0
        await pilot.press("m")
        await expect_text(pilot, "3 pictures tried, 3 made. Error rate 0%.")
        await expect_text(pilot, "512x512, 25 steps, guidance 3.5, euler")
        await pilot.press("escape")
        await expect_text(pilot, "m Metrics")
