"""A small classifier, trained on painted pictures, that tells what a picture shows."""

import itertools
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import cast

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from numpy.typing import NDArray
from PIL import Image
from torch import nn
from torch.nn import functional

from workshop_tui.models.painting.paint import paint
from workshop_tui.models.painting.scene import Scene, draw_scene
from workshop_tui.models.painting.tables import BACKGROUNDS, KINDS, ROLES, STYLES
from workshop_tui.models.train.autoencoder import decoded, encoded, to_tensor

ANSWERS = {"kind": list(KINDS), "role": list(ROLES), "style": list(STYLES), "background": list(BACKGROUNDS)}
SIDE = 128
FIRST_SEED = 1_000_000
"""Of its scenes: the built-in model was trained on others."""
PICTURES, EPOCHS, BATCH = 4096, 18, 64
Pixels = NDArray[np.uint8]


class Classifier(nn.Module):
    """Five convolutions over a picture of 128 px a side, and one answer for each question."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 24, 48, 96, 128, 160)
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.BatchNorm2d(after), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.AvgPool2d(2), nn.Flatten(), nn.Dropout(0.3))
        self.heads = nn.ModuleDict({name: nn.Linear(160 * 4, len(each)) for name, each in ANSWERS.items()})

    def forward(self, pixels: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return scores by question: N x answers, of pictures N x 3 x 128 x 128."""
        seen = self.body(pixels)
        return {name: head(seen) for name, head in self.heads.items()}

    @torch.no_grad()
    def shares(self, pictures: Sequence[Pixels], scenes: Sequence[Scene]) -> dict[str, float]:
        """Return by question how many pictures show what their scenes have; where a scene has none, it is left out."""
        scores = self.eval()(to_tensor(np.stack([_small(each) for each in pictures])))
        right: dict[str, float] = {}
        for name, wanted in _answers(scenes).items():
            asked = wanted >= 0
            if asked.any():
                right[name] = float((scores[name].argmax(1) == wanted)[asked].float().mean())
        return right


def train_classifier(vae: AutoencoderKL) -> Classifier:
    """Train on painted pictures, a quarter as the autoencoder draws them: its blur is not what is asked."""
    scenes = [draw_scene(FIRST_SEED + number) for number in range(PICTURES)]
    small = torch.empty(PICTURES, 3, SIDE, SIDE)
    with ProcessPoolExecutor() as pool, torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        painted = pool.map(_painted, scenes, chunksize=8)
        for start in range(0, PICTURES, BATCH):
            some = to_tensor(np.stack(list(itertools.islice(painted, BATCH))))
            if start % (4 * BATCH) == 0:
                drawn = [decoded(vae, encoded(vae, few).mode()).clamp(-1, 1) for few in some.split(8)]
                some = torch.cat(drawn).float()
            small[start : start + BATCH] = functional.interpolate(some, size=SIDE, mode="area")
    answers = _answers(scenes)
    model = Classifier().train()
    steps = EPOCHS * (PICTURES // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for step in range(steps):
        if step % (PICTURES // BATCH) == 0:
            order = torch.randperm(PICTURES)
        chosen = order[step * BATCH % PICTURES :][:BATCH]
        scores = model(_moved(small[chosen]))
        losses = [functional.cross_entropy(scores[name], answers[name][chosen], ignore_index=-1) for name in ANSWERS]
        optimizer.zero_grad()
        cast(torch.Tensor, sum(losses)).backward()
        optimizer.step()
        schedule.step()
    return model.eval()


def _moved(pixels: torch.Tensor) -> torch.Tensor:
    """Move pictures by up to 8 px, each batch the same way."""
    down, right = (int(torch.randint(-8, 9, ())) for _ in range(2))
    return torch.roll(functional.pad(pixels, (8, 8, 8, 8), mode="replicate"), (down, right), (2, 3))[..., 8:-8, 8:-8]


def _painted(scene: Scene) -> Pixels:
    return paint(scene, 512, 512)


def _small(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BOX))


def _answers(scenes: Sequence[Scene]) -> dict[str, torch.Tensor]:
    """Return by question the right answer's place, -1 where a scene has none."""
    return {
        name: torch.tensor([all_.index(value) if (value := getattr(scene, name)) else -1 for scene in scenes])
        for name, all_ in ANSWERS.items()
    }
