"""Third stage: guidance distilled into the model, as FLUX.1 [dev] has it (Meng et al. 2023, arXiv:2210.03142).

The trained flow needs two passes for guidance g: without caption, and from there g times the difference that the
caption makes. The student learns to give that in one pass, with g as an input. With g = 1 it stays as it was.
"""

import copy
from pathlib import Path

import numpy as np
import torch

from workshop_tui.models.train.flow import TOKENS, Denoiser, compile_blocks, draw_batch, quickly
from workshop_tui.models.train.latents import Latents
from workshop_tui.models.train.muon import optimizers_of
from workshop_tui.models.train.state import Sitting, Training

LARGEST = 12.0
RATE, ADAM_RATE = 0.008, 1.5e-3


def train(denoiser: Denoiser, shelves: list[Latents], path: Path, seed: int, sitting: Sitting) -> None:
    """Distil for some minutes, from where the state's file left off.

    Args:
        denoiser: The trained flow; replaced by the averaged student at the end.
        shelves: Latents by size.
        path: The state's file.
        seed: Of the order of pictures and of the noise.
        sitting: How long.
    """
    teacher = copy.deepcopy(denoiser)
    compile_blocks(denoiser.transformer)
    denoiser.set_training(True)
    training = Training(path, denoiser.modules, optimizers_of(denoiser.modules.values(), RATE, ADAM_RATE))
    for step in training.steps(sitting):
        drawn = np.random.default_rng((seed, step))
        batch = draw_batch(shelves, drawn, TOKENS)
        several = len(batch.captions)
        guidance = torch.from_numpy(LARGEST ** drawn.random(several)).float()
        with torch.no_grad(), quickly(batch):
            both, pooled = teacher.read([*batch.captions, *[""] * several], batch.length)
            twice = torch.cat([batch.noisy] * 2), torch.cat([batch.times] * 2), torch.ones(2 * several)
            with_caption, without = teacher.velocity(*twice, both, pooled).chunk(2)
            wanted = (without + guidance.view(-1, 1, 1) * (with_caption - without)).float()
        with quickly(batch):
            text = denoiser.read(batch.captions, batch.length)
            velocity = denoiser.velocity(batch.noisy, batch.times, guidance, *text).float()
        # A large guidance makes large velocities: without the weight they alone would be learned.
        loss = ((velocity - wanted).square().mean(dim=(1, 2)) / guidance).mean()
        training.update(loss, loss)
    training.use_average()
    denoiser.set_training(False)
