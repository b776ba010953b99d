"""Painted pictures for training, kept on disk so that each is painted once, and again in the next sitting not at all.

A shelf is one size's pictures: a memory-mapped array of N x height x width x 3 bytes and the scenes' seeds count up
from the shelf's first, so that the captions need no file of their own.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from workshop_tui.models.painting.paint import paint
from workshop_tui.models.painting.scene import draw_scene

Pixels = NDArray[np.uint8]
OnDone = Callable[[int, int], None]
"""Told how many are done, of how many."""
CHUNK = 32


@dataclass(frozen=True)
class Shelf:
    """Pictures of one size: the scenes with seeds `first` to `first + count - 1`."""

    width: int
    height: int
    count: int
    first: int

    @property
    def name(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def tokens(self) -> int:
        """Image tokens of a picture in the transformer: one for 64 x 64 px."""
        return self.width * self.height // 4096

    @property
    def seeds(self) -> range:
        return range(self.first, self.first + self.count)


def open_pictures(folder: Path, shelf: Shelf, processes: int, on_done: OnDone) -> Pixels:
    """Return a shelf's pictures (N x height x width x 3); paint them first where they are missing."""
    path = folder / f"{shelf.name}-{shelf.first}-{shelf.count}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        pixels = open_memmap(unfinished, "w+", np.uint8, (shelf.count, shelf.height, shelf.width, 3))
        done = 0
        for painted in painted_in_order(shelf, processes):
            pixels[done : done + len(painted)] = painted
            done += len(painted)
            on_done(done, shelf.count)
        pixels.flush()
        unfinished.rename(path)
    return np.load(path, mmap_mode="r")


def painted_in_order(shelf: Shelf, processes: int) -> Iterator[Pixels]:
    """Yield a shelf's pictures in pieces of up to `CHUNK`, painted by several processes."""
    starts = range(0, shelf.count, CHUNK)
    jobs = [(shelf.seeds[start : start + CHUNK], shelf.width, shelf.height) for start in starts]
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(_paint_some, jobs)


def _paint_some(job: tuple[range, int, int]) -> Pixels:
    seeds, width, height = job
    return np.stack([paint(draw_scene(seed), width, height) for seed in seeds])
