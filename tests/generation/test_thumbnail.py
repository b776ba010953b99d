import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workshop_tui.generation.thumbnail import CHUNK, SIDE, add_thumbnail, read_thumbnail


@pytest.fixture
def picture():
    across, down = np.meshgrid(np.arange(1024), np.arange(576))
    return Image.fromarray(np.stack([across // 4, down // 3, 0 * across], axis=2).astype(np.uint8))


def save(path, picture, chunk=None):
    info = PngInfo()
    if chunk is None:
        add_thumbnail(info, picture)
    else:
        info.add(CHUNK, chunk)
    picture.save(path, "PNG", pnginfo=info)
    return path


def test_a_thumbnail_is_the_picture_made_small(tmp_path, picture):
    path = save(tmp_path / "p.png", picture)
    small = read_thumbnail(path)
    assert small.size == (SIDE, 90)
    expected = np.asarray(picture.resize(small.size, Image.Resampling.BOX), dtype=float)
    assert np.abs(np.asarray(small, dtype=float) - expected).mean() < 3
    with Image.open(path) as whole:
        assert np.array_equal(np.asarray(whole), np.asarray(picture))


@pytest.mark.parametrize("chunk", [b"", b"no picture", b"\xff\xd8\xff"])
def test_a_thumbnail_that_cannot_be_read_is_none(tmp_path, picture, chunk):
    assert read_thumbnail(save(tmp_path / "p.png", picture, chunk)) is None


def test_a_png_of_another_program_has_none_and_what_is_no_png_is_refused(tmp_path, picture):
    picture.save(tmp_path / "p.png")
    assert read_thumbnail(tmp_path / "p.png") is None
    (tmp_path / "q.png").write_bytes(b"GIF89a")
    with pytest.raises(OSError, match="cannot identify"):
        read_thumbnail(tmp_path / "q.png")
