"""Third stage: guidance distilled into the model, as FLUX.1 [dev] has it (Meng et al. 2023, arXiv:2210.03142).

The trained flow needs two passes for guidance g: without caption, and from there g times the difference that the
caption makes. The student learns to give that in one pass, with g as an input. With g = 1 it stays as it was.
"""

import copy
from pathlib import Path

import numpy as np
import torch

from workshop_tui.errors import UserError
from workshop_tui.models.train.flow import TOKENS, Denoiser, compile_blocks, draw_batch, quickly
from workshop_tui.models.train.latents import Latents
from workshop_tui.models.train.muon import optimizers_of
from workshop_tui.models.train.state import Sitting, Training, Weights, save_whole, weights_of

LARGEST = 12.0
USUAL = (2.0, 5.0)
"""What pictures are made with most; half of all steps learn it."""
MIDDLE = 1.0
"""Of the times: nearer to noise than the flow's, because there guidance changes most."""
RATE, ADAM_RATE = 0.008, 1.5e-3


def follow(student: Path, flow: Path) -> bool:
    """Let a student follow a flow that was trained on: its weights move as far as the flow's have moved.

    So what it has learned of guidance is kept, which takes most of the time to learn.

    Args:
        student: The student's state, where there is one. It keeps the flow's weights that it was taught from, in the
            same file, so that a crash never leaves the one without the other.
        flow: The flow's state.

    Returns:
        Whether the student's weights were moved.

    Raises:
        UserError: Nobody knows any more which flow the student was taught from.
    """
    if not student.exists():
        return False
    now: Weights = torch.load(flow, weights_only=True)["average"]
    state = torch.load(student, weights_only=True)
    if "taught" not in state:
        raise UserError(
            f"{student}: it does not say which flow it was taught from.", "Move it away to begin with the flow."
        )
    before: Weights = state["taught"]
    if all(torch.equal(before[part][key], now[part][key]) for part in now for key in now[part]):
        return False
    for which in ("modules", "average"):
        state[which] = {  # not in place: what is read from one file may share memory
            part: {key: value + (now[part][key] - before[part][key]) for key, value in module.items()}
            for part, module in state[which].items()
        }
    save_whole({**state, "taught": now}, student)
    return True


def draw_guidance(count: int, drawn: np.random.Generator) -> torch.Tensor:
    """Return guidances from 1 to 12, evenly by their logarithm, half of them among the usual ones."""
    low, high = USUAL
    anywhere = LARGEST ** drawn.random(count)
    usual = low * (high / low) ** drawn.random(count)
    return torch.from_numpy(np.where(drawn.random(count) < 0.5, usual, anywhere)).float()


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
    optimizers = optimizers_of(denoiser.modules.values(), RATE, ADAM_RATE)
    training = Training(path, denoiser.modules, optimizers, beside={"taught": weights_of(teacher.modules)})
    for step in training.steps(sitting):
        drawn = np.random.default_rng((seed, step))
        batch = draw_batch(shelves, drawn, TOKENS, MIDDLE)
        several = len(batch.captions)
        guidance = draw_guidance(several, drawn)
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
