"""Mode 3 as a learner sees it."""

import os
import signal

from tests.app.conftest import expect_text, wait_for
from workshop_tui.generation.worker_pid import worker_pid
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
