"""What the built-in model can do: python -m tests.bench.small_flux [--prompts N] [--only NAME,...].

autoencoder: PSNR on pictures it has not seen. steps: distance to the picture of 100 steps. attributes: how often a
small classifier, trained on painted pictures, finds in the model's pictures what their prompts asked for. backgrounds:
the same for equally many prompts of each background, because some are far more common than others. tiling: how
much a picture repeats itself, beside a painted one of the same size. speed: seconds a picture. All scenes and captions
are held out: training has not seen them.
"""

import argparse
import functools
import itertools
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from numpy.typing import NDArray
from PIL import Image

from tests.bench.attributes import Classifier, train_classifier
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.settings import Settings
from workshop_tui.models.painting.captions import caption
from workshop_tui.models.painting.paint import paint
from workshop_tui.models.painting.scene import Scene, draw_scene
from workshop_tui.models.painting.tables import BACKGROUNDS
from workshop_tui.models.painting.wording import BACKGROUND_WORDS, STYLE_AFTER, STYLE_BEFORE
from workshop_tui.models.train.autoencoder import decoded, encoded, to_tensor
from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.sample import sample
from workshop_tui.worker.stopwatch import Stopwatch

PROMPT = "Portrait of a renaissance nobleman, oil painting style"
SIZES = [(512, 512), (768, 768), (1024, 1024), (576, 1024), (1024, 576)]
"""The lesson's."""
Pixels = NDArray[np.uint8]


def autoencoder(model: LoadedModel, prompts: int) -> None:
    """PSNR in dB on held-out painted pictures, at the sizes that training saw and others."""
    for width, height in [(256, 256), *SIZES]:
        found: list[float] = []
        for seed in range(prompts):
            pixels = paint(draw_scene(seed, held_out=True), width, height)[None]
            with torch.no_grad():
                made = decoded(model.pipe.vae, encoded(model.pipe.vae, to_tensor(pixels)).mode())
            found.append(float(10 * torch.log10(4 / (made.clamp(-1, 1) - to_tensor(pixels)).square().mean())))
        print(f"  {width}x{height}: {statistics.mean(found):.1f} dB, {min(found):.1f} to {max(found):.1f}")


def steps(model: LoadedModel, prompts: int) -> None:
    """Root mean square error, of 255, to the picture of 100 steps with the same seed and sampler; 512 px."""
    for sampler in SAMPLERS:
        rows: list[list[float]] = []
        for seed in range(max(2, prompts // 12)):
            whole = make(model, PROMPT, seed, sampler=sampler, steps=100).astype(float)
            tried = (make(model, PROMPT, seed, sampler=sampler, steps=count) for count in (4, 10, 25, 50))
            rows.append([float(np.sqrt(np.square(each - whole).mean())) for each in tried])
        print(f"  {sampler}: {', '.join(f'{error:.1f}' for error in np.mean(rows, axis=0))} at 4, 10, 25, 50 steps")


def attributes(model: LoadedModel, prompts: int) -> None:
    """Share of held-out captions whose kind, role, style and background are found again, at 28 steps."""
    classifier = the_classifier(model.pipe.vae)
    scenes = [draw_scene(seed, held_out=True) for seed in range(10_000, 10_000 + prompts)]
    painted = [paint(scene, 512, 512) for scene in scenes]
    print(f"  painted: {recovered(classifier, painted, scenes)}")
    for guidance in (1.0, 3.5, 7.0, 12.0):
        pictures = [make(model, told(scene), scene.seed, guidance_scale=guidance) for scene in scenes]
        print(f"  512x512, guidance {guidance:g}: {recovered(classifier, pictures, scenes)}")
    for width, height in SIZES[1:]:
        few = scenes[: max(4, prompts // 4)]
        for guidance in (1.0, 3.5):
            asked = {"width": width, "height": height, "guidance_scale": guidance}
            pictures = [make(model, told(scene), scene.seed, **asked) for scene in few]
            print(f"  {width}x{height}, guidance {guidance:g}: {recovered(classifier, pictures, few)}")


def backgrounds(model: LoadedModel, prompts: int) -> None:
    """Share of portraits whose captions are met, a third of `prompts` for each background; 512 px, 28 steps."""
    classifier = the_classifier(model.pipe.vae)
    found: dict[str, list[Scene]] = {name: [] for name in BACKGROUNDS}
    for seed in itertools.count(40_000):
        scene = draw_scene(seed, held_out=True)
        if scene.role and scene.background and len(found[scene.background]) < prompts // 3:
            found[scene.background].append(scene)
        if all(len(scenes) == prompts // 3 for scenes in found.values()):
            break
    for guidance in (1.0, 3.5):
        shares: list[dict[str, float]] = []
        for scenes in found.values():
            pictures = [make(model, told(scene), scene.seed, guidance_scale=guidance) for scene in scenes]
            shares.append(classifier.shares(pictures, scenes))
        each = ", ".join(f"{name} {share['background']:.0%}" for name, share in zip(found, shares, strict=True))
        role, style, back = (
            statistics.mean(share[name] for share in shares) for name in ("role", "style", "background")
        )
        print(f"  guidance {guidance:g}: role {role:.0%}, style {style:.0%}, background {back:.0%} ({each})")


@functools.cache
def the_classifier(vae: AutoencoderKL) -> Classifier:
    """Return the classifier, trained once."""
    return train_classifier(vae)


def tiling(model: LoadedModel, prompts: int) -> None:
    """Highest correlation of a picture with itself, moved by a quarter of a side or more; beside painted pictures."""
    for width, height in SIZES:
        scenes = [draw_scene(seed, held_out=True) for seed in range(20_000, 20_000 + max(4, prompts // 8))]
        made = [repeated(make(model, told(scene), scene.seed, width=width, height=height)) for scene in scenes]
        known = [repeated(paint(scene, width, height)) for scene in scenes]
        print(f"  {width}x{height}: {statistics.mean(made):.2f}, painted {statistics.mean(known):.2f}")


def speed(model: LoadedModel, prompts: int) -> None:
    """Seconds a picture, after one that warms up."""
    for width, height, count in ((512, 512, 25), (1024, 1024, 50)):
        make(model, PROMPT, 0, width=width, height=height, steps=2)
        began = time.perf_counter()
        make(model, PROMPT, 1, width=width, height=height, steps=count)
        print(f"  {width}x{height}, {count} steps: {time.perf_counter() - began:.1f} s")


PARTS: dict[str, Callable[[LoadedModel, int], None]] = {
    each.__name__: each for each in (autoencoder, steps, attributes, backgrounds, tiling, speed)
}


def make(model: LoadedModel, prompt: str, seed: int, *, steps: int = 28, **changes: object) -> Pixels:
    """Return a picture as the worker makes it: height x width x 3."""
    asked = {"width": 512, "height": 512, "guidance_scale": 3.5, **changes}
    settings = Settings(prompt, seed=seed, num_inference_steps=steps, **asked)  # type: ignore[arg-type]
    [made], _notes = sample(model, [settings], Stopwatch(), lambda _progress: None, lambda: False)
    return np.asarray(made.picture)


def told(scene: Scene) -> str:
    """Return the first of a scene's wordings that says its style, and its background where it has one."""
    styles = (*STYLE_AFTER[scene.style], *STYLE_BEFORE[scene.style])
    backs = BACKGROUND_WORDS[scene.background] if scene.background else ("",)
    wordings = (caption(scene, variant) for variant in range(10_000))
    return next(text for text in wordings if any(s in text for s in styles) and any(b in text for b in backs))


def recovered(classifier: Classifier, pictures: Sequence[Pixels], scenes: Sequence[Scene]) -> str:
    """Return the shares that the classifier finds, in words."""
    shares = classifier.shares(pictures, scenes)
    every = statistics.mean(shares.values())
    return f"{every:.0%} of all ({', '.join(f'{name} {share:.0%}' for name, share in shares.items())})"


def repeated(pixels: Pixels) -> float:
    """Return how alike a picture is to itself, moved: 1 for a tiling, near 0 for a picture without repetition."""
    grey = np.asarray(Image.fromarray(pixels).convert("L").resize((64, 64), Image.Resampling.BOX), float)
    grey = grey - np.asarray(Image.fromarray(grey.astype(np.uint8)).resize((4, 4)).resize((64, 64)), float)
    grey = (grey - grey.mean()) / (grey.std() + 1e-6)
    moved = np.fft.ifft2(np.abs(np.fft.fft2(grey)) ** 2).real / grey.size
    return float(moved[16:49, 16:49].max())


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=48)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    torch.manual_seed(0)
    model = load_model("small-flux", device="cpu", on_progress=lambda _message, _fraction: None)
    for name in options.only.split(","):
        print(f"{name}: {PARTS[name].__doc__}", flush=True)
        PARTS[name](model, options.prompts)


if __name__ == "__main__":
    main()
