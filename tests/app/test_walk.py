"""A thousand random keys over all screens, with pictures being made: nothing breaks, and nothing typed is lost.

Longer ones: python -m tests.walk.
"""

import io

import pytest

from tests.walk.__main__ import MODES
from tests.walk.place import small_lesson
from tests.walk.walker import Walker

SEED, KEYS = 7, 1000


@pytest.mark.timeout(600)  # under a minute on two idle cores
async def test_a_thousand_random_keys_break_and_lose_nothing(home, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    log = io.StringIO()
    walker = Walker(small_lesson(tmp_path / "lesson"), SEED, log, every=100)
    try:
        await walker.walk(KEYS)
    finally:
        print(log.getvalue())  # pytest shows it where the walk broke
    assert walker.pressed == KEYS
    assert all(walker.modes[mode] for mode in MODES)
    assert walker.memory.most_screens < 7
