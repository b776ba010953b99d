"""The part of a picture that is shown."""

import pytest

from workshop_tui.generation.crop import Crop, crop_sides


def test_a_crop_is_the_same_part_of_pictures_of_different_sizes():
    crop = Crop.around(0.5, 0.5, 0.5, 0.5)
    assert crop.box(512, 512) == (128, 128, 384, 384)
    assert crop.box(1024, 768) == (256, 192, 768, 576)


def test_it_stays_within_the_picture_however_far_it_is_moved():
    crop = Crop.around(0.5, 0.5, 0.25, 0.25)
    assert crop.moved(0.5, 0).box(800, 800) == (400, 300, 600, 500)
    for across, down, box in ((-99, 0, (0, 300, 200, 500)), (99, 99, (600, 600, 800, 800))):
        assert crop.moved(across, down).box(800, 800) == box


def test_the_whole_picture_cannot_be_moved():
    assert Crop().moved(1, -1) == Crop()


def test_it_has_a_pixel_at_least():
    assert Crop.around(1.0, 1.0, 0.001, 0.001).box(64, 64) == (63, 63, 64, 64)


@pytest.mark.parametrize(("zoom", "share"), [("1x", 1), ("2x", 0.5), ("4x", 0.25)])
def test_a_zoom_shows_that_share_of_the_sides(zoom, share):
    assert crop_sides(zoom, [(512, 512)], 40, 20) == (share, share)


def test_one_to_one_is_the_largest_pictures_pixels_two_in_a_cell():
    sizes = [(512, 512), (1024, 768)]
    crop = Crop.around(0.5, 0.5, *crop_sides("1:1", sizes, 38, 16))
    left, top, right, bottom = crop.box(1024, 768)
    assert (right - left, bottom - top) == (38, 32)
    assert Crop.around(0.5, 0.5, *crop_sides("1:1", [(32, 32)], 38, 16)).box(32, 32) == (0, 0, 32, 32)
