"""The published facts of the FLUX.1 models that a class uses, and which one a configuration describes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LAYERS = (19, 38)
"""Double-stream and single-stream blocks of FLUX.1 [dev] and [schnell] (diffusers, `FluxTransformer2DModel`)."""

BYTES_EACH = 2
"""Of a parameter in bfloat16, as it is published and as it lies on a GPU."""


@dataclass(frozen=True)
class KnownModel:
    """One model as its publisher describes it."""

    name: str
    """The hub id."""
    family: str
    licence: str
    gated: bool
    """Whether the hub hands it out only to accounts that accepted its conditions."""
    parameters: Mapping[str, float]
    """Billions by component (the safetensors headers of the published files)."""
    steps: str
    """How many denoising steps it is made for."""

    @property
    def total(self) -> float:
        """Billions of parameters in all."""
        return sum(self.parameters.values())

    @property
    def download_gb(self) -> float:
        """GB of the diffusers folder in bfloat16; the single files beside it, as large again, are not fetched."""
        return self.total * BYTES_EACH

    @property
    def page(self) -> str:
        """Where the licence is read and accepted."""
        return f"https://huggingface.co/{self.name}"


_ENCODERS = {"text_encoder": 0.12, "text_encoder_2": 4.76, "vae": 0.08}

KNOWN_MODELS: dict[str, KnownModel] = {
    model.name: model
    for model in (
        KnownModel(
            name="black-forest-labs/FLUX.1-schnell",
            family="FLUX.1 [schnell]",
            licence="Apache-2.0",
            gated=True,  # since July 2025
            parameters={**_ENCODERS, "transformer": 11.89},
            steps="1 to 4",
        ),
        KnownModel(
            name="black-forest-labs/FLUX.1-dev",
            family="FLUX.1 [dev]",
            licence="FLUX.1 [dev] Non-Commercial License",
            gated=True,
            parameters={**_ENCODERS, "transformer": 11.90},
            steps="about 28",
        ),
    )
}
"""By hub id."""


def family_of(transformer: Mapping[str, Any]) -> str:
    """Return what screens call a transformer with this `config.json`."""
    layers = (transformer.get("num_layers"), transformer.get("num_single_layers"))
    if layers == LAYERS:
        return "FLUX.1 [dev]" if transformer.get("guidance_embeds") else "FLUX.1 [schnell]"
    return f"FLUX ({layers[0]}+{layers[1]} blocks)"


def size(count: float) -> str:
    """Return a number of bytes in the unit that suits it, as publishers write sizes: 1 GB is 10^9 bytes."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
