"""A GGUF file's weights, parameters of a class of their own, go with what the ladder offers for them."""

import pytest
import torch

from workshop_tui.generation.ladder import ladder
from workshop_tui.generation.model_shape import find_shape
from workshop_tui.generation.planner import Pictures
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.pipeline import load_model
from workshop_tui.worker.placement import place
from workshop_tui.worker.sample import sample
from workshop_tui.worker.stopwatch import Stopwatch

CPU = torch.device("cpu")
GIB = 2**30


@pytest.fixture(scope="module")
def offered(gguf_file):
    rungs = ladder(find_shape(str(gguf_file)), Pictures(), 80 * GIB, 80 * GIB)
    return {rung.placement for rung in rungs if rung.offered}


def pixels(model):
    wanted = Settings("a robot", 2, width=64, height=64)
    made, _ = sample(model, [wanted], Stopwatch(), lambda _: None, lambda: False)
    return made[0].picture.tobytes()


def test_each_offered_offload_gives_the_plain_pixels_twice(gguf_file, offered):
    """There need be no GPU: the libraries' hooks move weights between two places that are both main memory."""

    def load():
        return load_model(str(gguf_file), Settings(""), device="cpu", on_progress=lambda *_: None)

    assert offered == {"gpu", "model-offload", "group-offload", "cpu"}
    wanted = pixels(load())
    for placement in ("model-offload", "group-offload"):
        model = load()
        place(model.pipe, placement, CPU, model.placing.quantization)
        assert pixels(model) == wanted
        for weight in model.pipe.transformer.parameters():
            weight.data = weight.data.clone()  # as diffusers moves one to a GPU
        assert pixels(model) == wanted
