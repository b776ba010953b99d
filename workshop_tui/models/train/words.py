"""Between encoding and the flow: both text encoders learn what captions say, as FLUX.1's had before they came to it.

From a caption alone they tell the facts of its scene: role, style, colours, things. Without that the flow, which has to
learn their words by the way, still painted one person for all roles after 2,200 steps.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from workshop_tui.models.components import TEXT_WIDTH
from workshop_tui.models.painting.captions import caption
from workshop_tui.models.painting.scene import Scene, draw_scene
from workshop_tui.models.tokenizers import T5_LENGTH
from workshop_tui.models.train.flow import Denoiser
from workshop_tui.models.train.muon import optimizers_of
from workshop_tui.models.train.state import Sitting, Training

BATCH = 256
FIRST_SEED = 100_000
"""Of its scenes; pictures of most of them are never painted."""
RATE, ADAM_RATE = 0.01, 2e-3
FIELDS = (
    *("kind", "style", "light", "role", "age", "background", "clothing", "hat", "hat_color", "cloak", "beard"),
    *("time", "weather"),
)


def facts(scene: Scene) -> set[str]:
    """Return what is to be known of a scene, such as `role knight` and `vase blue`."""
    told = {f"{name} {value}" for name in FIELDS if (value := getattr(scene, name))}
    things = {f"thing {thing.name} {thing.color or ''} {thing.count}" for thing in scene.things}
    return told | things | {f"thing {thing.name}" for thing in scene.things}


ALL_FACTS = sorted({fact for seed in range(5000) for fact in facts(draw_scene(seed))})


def train(denoiser: Denoiser, path: Path, seed: int, sitting: Sitting) -> None:
    """Train the text encoders for some minutes, from where the state's file left off.

    Args:
        denoiser: Its text encoders are replaced by their averaged weights at the end.
        path: The state's file.
        seed: Of the order of scenes.
        sitting: How long.
    """
    heads = nn.ModuleList(nn.Linear(TEXT_WIDTH, len(ALL_FACTS)) for _ in range(2))
    encoders: dict[str, nn.Module] = {"clip": denoiser.clip, "t5": denoiser.t5}
    modules = {**encoders, "heads": heads}
    training = Training(path, modules, optimizers_of(modules.values(), RATE, ADAM_RATE))
    places = {fact: place for place, fact in enumerate(ALL_FACTS)}
    for step in training.steps(sitting):
        drawn = np.random.default_rng((seed, step))
        scenes = [draw_scene(FIRST_SEED + int(number)) for number in drawn.integers(2**31, size=BATCH)]
        captions = [caption(scene, int(drawn.integers(2**31))) for scene in scenes]
        wanted = torch.zeros(BATCH, len(ALL_FACTS))
        for row, scene in enumerate(scenes):
            wanted[row, [places[fact] for fact in facts(scene) if fact in places]] = 1
        words, pooled = denoiser.read(captions, T5_LENGTH)
        known = heads[0](words.mean(dim=1)), heads[1](pooled)
        losses = [functional.binary_cross_entropy_with_logits(each, wanted) * len(ALL_FACTS) for each in known]
        training.update(losses[0] + losses[1], losses[0])
    training.use_average()
