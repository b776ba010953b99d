"""How many cards a class needs: against numbers worked by hand, and against published times."""

import msgspec
import pytest

from workshop_tui.generation.cards import CARDS
from workshop_tui.generation.class_plan import (
    Load,
    cards_for_pictures,
    cards_for_wait,
    mean_seconds,
    picture_cost,
    waiting,
)
from workshop_tui.generation.flops import decode_flops, encode_flops, forward_flops
from workshop_tui.generation.ladder import ladder
from workshop_tui.generation.model_shape import find_shape
from workshop_tui.generation.planner import GIB, Pictures
from workshop_tui.generation.settings import Settings


@pytest.fixture
def dev(monkeypatch, tmp_path, home):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return find_shape("black-forest-labs/FLUX.1-dev")


def rung(shape, placement="gpu", quantization="none"):
    return ladder(shape, Pictures(), 80 * GIB, 80 * GIB, placement=placement, quantization=quantization)[0]


@pytest.mark.parametrize(("side", "counted"), [(512, 21.503), (768, 41.930), (1024, 74.385), (2048, 418.11)])
def test_a_forward_takes_what_torch_counts(dev, side, counted):
    """FlopCounterMode on diffusers 0.42.1's transformer of [dev], on meta tensors; TFLOP."""
    assert forward_flops(dev, side, side) / 1e12 == pytest.approx(counted, rel=0.001)


def test_text_and_picture_take_what_torch_counts(dev):
    assert encode_flops(dev) / 1e12 == pytest.approx(4.845, rel=0.01)
    assert decode_flops(dev, 1024, 1024) / 1e12 == pytest.approx(10.472, rel=0.01)
    assert decode_flops(dev, 2048, 2048) / 1e12 == pytest.approx(48.486, rel=0.15)


@pytest.mark.parametrize(
    ("card", "placement", "quantization", "steps", "published"),
    [
        ("h100", "gpu", "none", 28, 6.7),
        ("h100", "gpu", "none", 50, 12),
        ("h100", "gpu", "bnb-nf4", 50, 12),
        ("h100", "gpu", "torchao-int8", 50, 15),
        ("h100", "gpu", "bnb-int8", 50, 27),
        ("h100", "model-offload", "none", 50, 20),
        ("h100", "model-offload", "bnb-nf4", 50, 17),
        ("h100", "model-offload", "torchao-int8", 50, 26),
        ("a100-80", "gpu", "none", 50, 23),
        ("a100-80", "gpu", "none", 28, 15.65),
    ],
)
def test_published_times_are_met(dev, card, placement, quantization, steps, published):
    """Where they come from stands in `cards` and `class_plan`."""
    cost = picture_cost(dev, rung(dev, placement, quantization), CARDS[card].reached, Settings("a", steps))
    assert cost.total == pytest.approx(published, rel=0.16)


@pytest.mark.parametrize(
    ("card", "placement", "published"),
    [("l40s", "gpu", 0.52), ("l40s", "group-offload", 1.859), ("rtx4090", "gpu", 1 / 1.7)],
)
def test_published_forwards_are_met(dev, card, placement, published):
    cost = picture_cost(dev, rung(dev, placement), CARDS[card].reached, Settings("a", 1))
    assert cost.denoise == pytest.approx(published, rel=0.03)


def test_quantized_layers_are_fetched_before_they_compute_and_others_meanwhile(dev):
    """A card that reaches 100 TFLOP/s, and a file of 10 bits a weight, which are unpacked in each forward."""
    stored = round(dev.parameters["transformer"] * 1.25)
    quantized = msgspec.structs.replace(dev, stored=stored, quantization="Q8_0")
    beside = picture_cost(dev, rung(dev, "group-offload"), 1e14, Settings("a", 1)).denoise
    in_turn = picture_cost(quantized, rung(quantized, "group-offload"), 1e14, Settings("a", 1)).denoise
    assert beside == pytest.approx(23.8 / 12.8, rel=0.01)
    assert in_turn == pytest.approx(0.7436 * 1.9 + stored / 12.8e9, rel=0.01)


def test_a_picture_by_hand(dev):
    """100 TFLOP/s: 4.874 and 10.486 TFLOP beside, 74.36 a forward, of which Heun makes 19 in ten steps."""
    cost = picture_cost(dev, rung(dev), 1e14, Settings("a", 10, sampler="heun"))
    assert cost.encode == pytest.approx(0.0487, rel=0.001)
    assert cost.denoise == pytest.approx(19 * 0.7436, rel=0.001)
    assert cost.decode == pytest.approx(0.1049, rel=0.001)
    assert cost.total == pytest.approx(14.282, rel=0.001)
    short = Settings("a", 1)
    assert mean_seconds(dev, rung(dev), 1e14, [short, short, Settings("a", 4)]) == pytest.approx(
        2 * 0.7436 + 0.0487 + 0.1049, rel=0.001
    )


LOAD = Load(learners=200, pictures=26, seconds=6.0, minutes=35)
"""5,200 pictures; a card makes 10 in a minute and 350 in the labs."""


def test_the_line_by_hand():
    assert LOAD.per_hour == 600
    assert cards_for_wait(LOAD, 60) == 20  # 200 / 10
    assert cards_for_pictures(LOAD) == 15  # 5200 / 350 = 14.9
    twenty = waiting(LOAD, 20)
    assert (twenty.cards, twenty.first, twenty.done) == (20, 60, 1560)  # 10 x 6 s, 260 x 6 s
    assert twenty.busy == pytest.approx(1560 / 2100)
    assert (twenty.is_begun_within(60), twenty.is_done_within(2100)) == (True, True)
    one = waiting(LOAD, 1)
    assert (one.first, one.done) == (1200, 31_200)
    assert (one.is_begun_within(60), one.is_done_within(2100)) == (False, False)


def test_more_cards_than_learners_help_nobody_to_a_first_picture():
    assert waiting(LOAD, 200).first == waiting(LOAD, 1000).first == 6
    assert waiting(LOAD, 10_000).done == 6


@pytest.mark.parametrize("count", [1, 2, 3, 7, 14, 15, 19, 20, 33, 200])
@pytest.mark.parametrize("seconds", [0.1, 0.3, 6.0, 7.7, 59.9, 60.0])
def test_the_fewest_cards_are_enough_and_one_less_is_not(count, seconds):
    load = Load(count, 3, seconds, 5)
    for cards, is_enough in (
        (cards_for_wait(load, 60), lambda line: line.is_begun_within(60)),
        (cards_for_pictures(load), lambda line: line.is_done_within(300)),
    ):
        assert cards
        assert is_enough(waiting(load, cards))
        assert cards == 1 or not is_enough(waiting(load, cards - 1))


def test_no_number_of_cards_makes_one_picture_faster():
    slow = Load(30, 26, 101.5, 1)
    assert cards_for_wait(slow, 60) is None
    assert cards_for_wait(slow, 101.5) == 30
    assert cards_for_pictures(slow) is None


def test_every_card_names_its_data_sheet_and_none_reaches_more_than_all():
    for name, card in CARDS.items():
        assert card.name == name
        assert card.source.startswith("https://")
        assert 0 < card.share < 1


@pytest.mark.parametrize(
    ("driver", "name"),
    [
        ("NVIDIA H100 80GB HBM3", "h100"),
        ("NVIDIA H100 PCIe", "h100-pcie"),
        ("NVIDIA A100-SXM4-80GB", "a100-80"),
        ("NVIDIA A100-PCIE-40GB", "a100-40"),
        ("NVIDIA L40S", "l40s"),
        ("NVIDIA L4", "l4"),
        ("NVIDIA GeForce RTX 4090", "rtx4090"),
    ],
)
def test_a_cards_label_stands_in_what_its_driver_calls_it(driver, name):
    assert next(card.name for card in CARDS.values() if all(word in driver for word in card.label.split())) == name
